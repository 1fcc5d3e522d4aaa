package header

// Method names a SIP method. The zero Method, [MethodOther], stands for every
// method that is not in the table.
type Method uint8

// methodInfo is one row of data/methods.tsv.
type methodInfo struct {
	name          string
	rfc           string
	createsDialog bool
	targetRefresh bool
}

// LookupMethod returns the Method of a method name. Methods are compared with
// case (RFC 3261, 7.1).
func LookupMethod(name []byte) Method {
	n := len(name)
	if n < 3 || n > maxMethod {
		return MethodOther
	}
	var padded [maxMethod]byte
	copy(padded[:], name)
	return matchMethod(padded[:], n)
}

// LookupMethodIn is LookupMethod for b[lo:hi], where 0 <= lo <= hi <= len(b).
// It is faster when more bytes follow; they may be read, and do not matter.
func LookupMethodIn(b []byte, lo, hi int) Method {
	if n := hi - lo; n >= 3 && len(b)-lo >= maxMethod {
		return matchMethod(b[lo:], n)
	}
	return LookupMethod(b[lo:hi])
}

// maxMethod is the length of the longest method of the table.
const maxMethod = len("SUBSCRIBE")

// matchMethod looks b[:n] up; there are maxMethod bytes of b, and n is at least
// 3. It has no branch that depends on which method it is.
func matchMethod(b []byte, n int) Method {
	_ = b[maxMethod-1]
	// The sum of length, first and third byte tells the methods of the
	// table apart (gen.go checks it); the comparison decides.
	m := methodSlots[(uint(n)*methodMul+uint(b[0])+uint(b[2])*methodThird)%uint(len(methodSlots))]
	text := &methodTexts[m]
	if (le64(b)^text.front)&text.frontMask|uint64((b[8]^text.last)&text.lastMask) != 0 || n != text.n {
		return MethodOther
	}
	return m
}

// A methodText is the name of a method as matchMethod compares it: the first
// eight bytes and the ninth one, and which of them there are.
type methodText struct {
	front, frontMask uint64
	n                int
	last, lastMask   byte
}

var methodTexts = func() (texts [len(methods)]methodText) {
	for m, info := range methods {
		var text, mask [maxMethod]byte
		for i := range copy(text[:], info.name) {
			mask[i] = 0xff
		}
		texts[m] = methodText{le64(text[:]), le64(mask[:]), len(info.name), text[8], mask[8]}
	}
	return texts
}()

// String returns the method's name, "" for MethodOther.
func (m Method) String() string { return methods[m.index()].name }

// RFC returns the document that defines the method.
func (m Method) RFC() string { return methods[m.index()].rfc }

// CreatesDialog reports whether a 2xx or provisional response to the method
// creates a dialog (RFC 3261, 12.1; RFC 6665; RFC 3515).
func (m Method) CreatesDialog() bool { return methods[m.index()].createsDialog }

// IsTargetRefresh reports whether the method, inside a dialog, replaces the
// remote target (RFC 3261, 12.2; RFC 3311; RFC 6665).
func (m Method) IsTargetRefresh() bool { return methods[m.index()].targetRefresh }

func (m Method) index() int {
	if int(m) >= len(methods) {
		return 0
	}
	return int(m)
}

// ReasonPhrase returns the registered reason phrase of a status code, ""
// when the code is not registered.
func ReasonPhrase(status int) string {
	if status < 0 || status >= len(reasons) {
		return ""
	}
	return reasons[status]
}
