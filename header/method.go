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
	if n < 3 {
		return MethodOther
	}
	// The sum of length, first and third byte tells the methods of the
	// table apart (gen.go checks it); the comparison decides.
	m := methodSlots[(uint(n)*methodMul+uint(name[0])+uint(name[2])*methodThird)%uint(len(methodSlots))]
	// Up to eight bytes are one word. To compare them as strings is a call.
	var word uint64
	switch {
	case n >= 8:
		word = le64(name)
	case n >= 4:
		word = uint64(le32(name)) | uint64(le32(name[n-4:]))<<(8*(n-4)&63)
	default:
		word = uint64(name[0]) | uint64(name[1])<<8 | uint64(name[2])<<16
	}
	if word != methodWords[m] || n > 8 && string(name) != methods[m].name {
		return MethodOther
	}
	return m
}

// methodWords are the first eight bytes of the methods, of shorter ones with
// zeros behind, which no method name holds.
var methodWords = func() (words [len(methods)]uint64) {
	for m, info := range methods {
		var w [8]byte
		copy(w[:], info.name)
		words[m] = le64(w[:])
	}
	return words
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
