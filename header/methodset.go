package header

import (
	"iter"

	"github.com/sipwire/sipwire"
)

// MethodSet is a set of methods, as Allow lists them (RFC 3261, 20.5). The
// zero MethodSet is empty. It holds no reference to what it was read from.
type MethodSet uint32

// Every method of the table needs a bit.
var _ [32 - len(methods)]struct{}

// Add adds the methods of a field of Allow to the set; a message may carry
// several. Every method outside the table is added as [MethodOther]; [ID.Values]
// returns their names. An empty field adds nothing (RFC 3261, 25.1).
//
// Without an error n is len(field). With one, a sipwire.Code, n is the offset of
// the byte that is wrong, and the set is not changed, except that an empty element,
// ErrList, is passed over and all others are added.
func (s *MethodSet) Add(field []byte) (n int, err error) {
	set := *s
	n, code := tokens(field, func(t []byte) { set |= 1 << LookupMethod(t) })
	if code == 0 || code == sipwire.ErrList {
		*s = set
	}
	return n, code.Err()
}

// Insert adds one method.
func (s *MethodSet) Insert(m Method) { *s |= 1 << m.index() }

// Has reports whether the method is in the set. For MethodOther it reports
// whether any method outside the table is.
func (s MethodSet) Has(m Method) bool { return s&(1<<m.index()) != 0 }

// All ranges over the methods of the table that are in the set, in the order
// of the table.
func (s MethodSet) All() iter.Seq[Method] {
	return func(yield func(Method) bool) {
		for m := Method(1); int(m) < len(methods); m++ {
			if s.Has(m) && !yield(m) {
				return
			}
		}
	}
}

// AppendText is AppendTo as an [encoding.TextAppender]. The error is nil.
func (s MethodSet) AppendText(dst []byte) ([]byte, error) { return s.AppendTo(dst), nil }

// String returns the set as the value of an Allow header. It allocates.
func (s MethodSet) String() string { return string(s.AppendTo(nil)) }

// AppendTo appends the methods of the table that are in the set as the value
// of an Allow header.
func (s MethodSet) AppendTo(dst []byte) []byte {
	sep := ""
	for m := Method(1); int(m) < len(methods); m++ {
		if s.Has(m) {
			dst = append(append(dst, sep...), methods[m].name...)
			sep = ", "
		}
	}
	return dst
}
