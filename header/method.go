package header

import "github.com/sipwire/sipwire/internal/abnf"

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
func LookupMethod(name []byte) Method { return LookupMethodIn(name, 0, len(name)) }

// LookupMethodIn is LookupMethod for b[lo:hi], where 0 <= lo <= hi <= len(b).
// It is faster when eight bytes of b follow lo; those behind hi may be read,
// and do not matter.
func LookupMethodIn(b []byte, lo, hi int) Method {
	n := uint(hi - lo)
	if n-1 > 8-1 {
		return longMethod(b[lo:hi])
	}
	// Up to eight letters are one word, the last one at the top, which tells
	// where the only method stands that it can be.
	var w uint64
	if rest := b[lo:]; len(rest) >= 8 {
		w = abnf.Load64(rest) << ((64 - 8*n) & 63)
	} else {
		for _, c := range rest[:n] {
			w = w>>8 | uint64(c)<<56
		}
	}
	if slot := &methodSlots[w*methodMul>>methodShift]; slot.word == w && uint(slot.n) == n {
		return slot.id
	}
	return MethodOther
}

// longMethod is LookupMethod for names of no and of more than eight letters.
func longMethod(name []byte) Method {
	for _, m := range longMethods {
		if string(name) == methods[m].name {
			return m
		}
	}
	return MethodOther
}

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
