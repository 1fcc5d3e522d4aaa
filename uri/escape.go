package uri

import "github.com/sipwire/sipwire/internal/abnf"

// Part names a part of a sip URI, for the bytes that may be in it without
// being escaped (RFC 3261, 19.1.2 and 25.1).
type Part uint8

// The parts that may hold escapes. A host may not.
const (
	PartUser     Part = iota // user
	PartPassword             // password
	PartParam                // name or value of a parameter
	PartHeader               // name or value of a header
)

var partClass = [...]abnf.Class{
	PartUser:     abnf.User,
	PartPassword: abnf.Password,
	PartParam:    abnf.URIParam,
	PartHeader:   abnf.URIHeader,
}

// AppendEscaped appends text as the given part of a sip URI may hold it:
// all other bytes are escaped, "%" among them. The output holds no control
// byte whatever the text. Of a user part, text that has ";" or "?" in it is
// left unchanged, for both are allowed there (RFC 3261, 19.1.3).
func AppendEscaped[T []byte | string](dst []byte, text T, part Part) []byte {
	const hex = "0123456789ABCDEF"
	var class abnf.Class // of an unknown part, everything is escaped
	if int(part) < len(partClass) {
		class = partClass[part]
	}
	for i := range len(text) {
		if c := text[i]; abnf.Is(c, class) {
			dst = append(dst, c)
		} else {
			dst = append(dst, '%', hex[c>>4], hex[c&15])
		}
	}
	return dst
}

// AppendUnescaped appends b with each "%" HEXDIG HEXDIG replaced by the byte
// that it encodes, once: the result is not decoded again (RFC 4475,
// 3.1.1.3). The result may hold any byte, NUL, CR and LF included.
func AppendUnescaped(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		var s uint16
		s, i = symbol(b, i, 0)
		dst = append(dst, byte(s))
	}
	return dst
}
