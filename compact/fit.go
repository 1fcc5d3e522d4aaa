package compact

import (
	"slices"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
)

// MaxDatagram is the number of bytes above which a request must not go over
// UDP when nothing is known about the path (RFC 3261, 18.1.1).
const MaxDatagram = 1300

// Steps is a set of what [Fit] can do.
type Steps uint8

// The steps in the order in which Fit takes them: those come first that the
// receiver, or a person who reads the message, notices least.
const (
	// CutSurplus leaves out what is not part of the message: line ends
	// before the start line and bytes behind the body (RFC 3261, 7.5, 18.3).
	CutSurplus Steps = 1 << iota
	// CompactNames writes names as letters where there is one (7.3.3).
	CompactNames
	// TrimSpaces leaves out whitespace around the colon and at the end of a
	// field, with the line ends that fold it (7.3.1).
	TrimSpaces
	// UnfoldLines makes one space of each fold inside a value, and of the
	// whitespace around it (7.3.1).
	UnfoldLines
	// JoinLists writes the values of a list into the first field of the
	// header, with nothing but a comma between them (7.3.1).
	JoinLists
)

var stepNames = [...]string{"surplus cut", "compact names", "spaces trimmed", "lines unfolded", "lists joined"}

// String names the steps in their order, separated by ", "; it is "nothing"
// for none. It allocates.
func (s Steps) String() string {
	text := ""
	for i, name := range stepNames {
		if s>>i&1 == 0 {
			continue
		}
		if text != "" {
			text += ", "
		}
		text += name
	}
	if text == "" {
		return "nothing"
	}
	return text
}

// A Report says what [Fit] did.
type Report struct {
	Before int   // bytes that were given to Parse
	After  int   // bytes of the result; with ErrNoRoom, what all steps would leave
	Steps  Steps // those that saved a byte at least
}

// Fit appends m to dst, made as small as need be to have no more than limit
// bytes. A message that fits as received is copied. Otherwise the steps are
// taken one after the other, each on top of those before, until it fits: the
// result says the same as m does.
//
// When all steps are not enough the error is ErrNoRoom, and the Report tells
// the size they would have led to: the message has to go over a transport
// with congestion control (RFC 3261, 18.1.1). A message that did not parse is
// an error as for [Append], with an empty Report. After an error dst is
// returned as it was.
func Fit(dst []byte, m *codec.Message, limit int) ([]byte, Report, error) {
	if err := check(m); err != nil {
		return dst, Report{}, err
	}
	b := m.Bytes()
	report := Report{Before: len(b), After: len(b)}
	if len(b) <= limit {
		return append(dst, b...), report, nil
	}
	var r rules
	for step := CutSurplus; step <= JoinLists; step <<= 1 {
		r.add(step)
		if n := size(m, r); n < report.After {
			report.After = n
			report.Steps |= step
		}
		if report.After <= limit {
			w := writer{rules: r, dst: slices.Grow(dst, report.After)}
			w.message(m)
			return w.dst, report, nil
		}
	}
	return dst, report, sipwire.ErrNoRoom
}

// add adds what a step asks for.
func (r *rules) add(step Steps) {
	switch step {
	case CompactNames:
		r.form = Compact
	case TrimSpaces:
		r.trim = true
	case UnfoldLines:
		r.unfold = true
	case JoinLists:
		r.lists, r.tight = Join, true
	}
}
