package header

import "github.com/sipwire/sipwire/internal/methodname"

// Method is a SIP method. The zero Method, [MethodOther], is every method that is
// not in the table.
type Method uint8

// methodInfo is one row of data/methods.tsv.
type methodInfo struct {
	name          string
	rfc           string
	createsDialog bool
	targetRefresh bool
}

// LookupMethod returns the Method of a method name, MethodOther for one outside
// the table. Methods are compared with case (RFC 3261, 7.1).
func LookupMethod(name []byte) Method { return Method(methodname.Find(name, 0, len(name))) }

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
