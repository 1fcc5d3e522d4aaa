package scenario

import (
	"regexp"
	"strings"
	"sync"
)

// The keywords of a=crypto lines (RFC 4568): the tag, the suite and the key of
// line 1 or 2 of audio or video. No media are protected with them, but an
// offer or answer must look right.

// cryptoKeyword takes a keyword apart: what it is, the suite, the line, the
// media.
var cryptoKeyword = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("^(cryptotag|cryptosuite|cryptokeyparams|ue)([a-z][0-9a-z]*)?([12])(audio|video)$")
})

// suites are the names of the suites, and the lengths of key and salt in bytes.
var suites = map[string]struct {
	name   string
	length int
}{
	"aescm128sha180": {"AES_CM_128_HMAC_SHA1_80", 30}, "aescm128sha132": {"AES_CM_128_HMAC_SHA1_32", 30},
	"aescm192sha180": {"AES_192_CM_HMAC_SHA1_80", 38}, "aescm192sha132": {"AES_192_CM_HMAC_SHA1_32", 38},
	"aescm256sha180": {"AES_256_CM_HMAC_SHA1_80", 46}, "aescm256sha132": {"AES_256_CM_HMAC_SHA1_32", 46},
	"nullsha180": {"NULL_HMAC_SHA1_80", 30}, "nullsha132": {"NULL_HMAC_SHA1_32", 30},
}

// crypto compiles a keyword of a=crypto lines; nil for another one.
func (c *compiler) crypto(n *node, name string) (*Part, error) {
	if !strings.HasSuffix(name, "audio") && !strings.HasSuffix(name, "video") {
		return nil, nil // most of them: the expression is not made for these
	}
	m := cryptoKeyword().FindStringSubmatch(name)
	if m == nil {
		return nil, nil
	}
	kind, suite, line := m[1], m[2], m[3]+m[4]
	s, known := suites[suite]
	switch {
	case kind == "cryptotag" && suite == "":
		return &Part{Kind: Literal, Text: m[3]}, nil
	case kind == "cryptosuite" && known:
		if c.keyLengths == nil {
			c.keyLengths = map[string]int{}
		}
		c.keyLengths[line] = s.length
		return &Part{Kind: Literal, Text: s.name}, nil
	case kind == "cryptokeyparams" && suite == "":
		length := c.keyLengths[line]
		if length == 0 {
			length = suites["aescm128sha180"].length
		}
		return &Part{Kind: CryptoKey, Offset: length}, nil
	case kind == "ue" && known:
		return &Part{Kind: Literal, Text: "UNENCRYPTED_SRTP"}, nil
	}
	return nil, c.fault(n, "the keyword [%s] names no suite that is known", name)
}
