package stamp

import (
	"sync/atomic"

	"iter"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// A Template is a message with variables in it, taken apart once so that it
// can be stamped out many times: [Stamp] holds the values and writes. A
// Template does not change after [Compile] and may be shared by any
// number of goroutines.
//
// # Variables
//
// A variable is written {{name}}, the name being of letters, digits, "-", "_"
// and "."; all that have one name are one variable. {{{{ means the two
// braces themselves. {{name:kind}} says what fills the variable in, again for
// each message, when it is not set:
//
//	branch   a new branch, by [compose.AppendBranch]
//	tag      a new tag, by [compose.AppendTag]
//	call-id  a new Call-ID without a host, by [compose.AppendCallID]
//	counter  a number that grows with each message
//
// {{name:params}} has to be set, and means a whole list of parameters: see below.
//
// {{branch}}, {{tag}} and {{call-id}} are of those kinds without saying so, and
// {{cseq}} is a counter. All other variables have to be set.
//
//	INVITE sip:{{user}}@{{host}} SIP/2.0
//	Via: SIP/2.0/UDP 192.0.2.1:5060;branch={{branch}}
//	From: "{{name}}" <sip:load@192.0.2.1>;tag={{from:tag}}
//	To: <sip:{{user}}@{{host}}>
//	Call-ID: {{call-id}}@192.0.2.1
//	CSeq: {{cseq}} INVITE
//	Max-Forwards: 70
//	{{more}}
//	Content-Type: application/sdp
//
//	{{sdp}}
//
// # What a variable may hold
//
// No value can end its header field or begin another one: CR, LF and NUL are
// ErrInjection. Beyond that, what a variable may hold follows from all the
// places where it is:
//
//   - in the body: any bytes;
//   - on a line of its own among the header fields: whole header fields, each
//     "Name: value" by the grammar of the header, with CRLF between them; none
//     when it is empty. Content-Length is ErrState, and a header that may be
//     once and is there already is ErrHeaderTwice;
//   - as the whole value of a header field: what [header.ID.Check] lets through;
//   - between quotes: text with a backslash in front of every quote and
//     backslash;
//   - as a whole URI: a URI; in part of a sip URI: what scheme, user, host,
//     port, parameters and headers may hold; in another URI what no URI can end
//     with;
//   - as method, status code, parameter name or value, number, Call-ID, or host
//     of a Via: what their grammar lets through;
//   - of the kind params, behind a value or another parameter of a header that
//     has parameters, or behind the host or a parameter of a sip URI: none when it
//     is empty, else ";name=value" or ";name" as often as wanted, no name twice.
//     That none has the name of one that the template has is for the caller;
//   - as display name without quotes: tokens and spaces;
//   - elsewhere, as in Subject or outside the quotes of a header that is not in
//     the table: any text.
//
// Where it is part of a token, a host and so on it may not be empty. A number
// of which it is a part is not checked against a range. A name of a header field,
// or part of one, cannot be a variable.
//
// # Lines and Content-Length
//
// Lines of the header section may end in LF alone and may be folded; they
// leave with CRLF, folds as one space. The body is taken as it is.
// Content-Length is what the body comes to: what the template says is
// replaced, and when it says nothing it is put last. With no variable in the
// body it costs nothing.
type Template struct {
	text []byte // what is between the variables
	segs []segment
	vars []templateVar

	body    int // segs[body:] is the body
	fixed   int // bytes of the body that are no variables
	literal int // bytes of all that is no variable, Content-Length included if it is fixed
	single  wire.IDSet
	id      uint32 // of its variables

	fault codec.Fault // why it was not compiled
}

// A segment is text[lo:hi] and the variable behind it.
type segment struct {
	lo, hi uint32
	v      int32 // an index of vars, or one of those below
}

const (
	segNone   = -1 // no variable
	segLength = -2 // the length of the body
)

type templateVar struct {
	name   string
	kind   varKind
	kinded bool    // the template says the kind
	places []place // where it is, without repetition
	offset int     // of the first one in the template
	lines  bool    // it is on a line of its own

	inHead, inBody int32 // how often
}

// id is the header that the variable is in first.
func (v *templateVar) id() header.ID {
	if len(v.places) == 0 {
		return header.IDOther
	}
	return v.places[0].id
}

type varKind uint8

const (
	kindSet varKind = iota // it has to be set
	kindBranch
	kindTag
	kindCallID
	kindCounter
	kindParams // it has to be set, to parameters
)

// isFilledIn reports whether the variable need not be set.
func (k varKind) isFilledIn() bool { return k != kindSet && k != kindParams }

// kinds are the words for the kinds; names are those of the variables that
// have one without saying so. Where the samples fit, everything fits that is
// filled in.
var kinds = [...]struct {
	word, name string
	samples    []string
}{
	kindBranch:  {"branch", "branch", []string{check.MagicCookie + "-_aZ09", check.MagicCookie + "9-", check.MagicCookie + "_"}},
	kindTag:     {"tag", "tag", []string{"-_aZ09", "9-", "_", "a"}},
	kindCallID:  {"call-id", "call-id", []string{"-_aZ09", "9-", "_", "a"}},
	kindCounter: {"counter", "cseq", []string{"0", "2147483647"}},
	kindParams:  {"params", "", nil},
}

// templates counts the templates that were compiled.
var templates atomic.Uint32

// A Var is a variable of one Template. The zero Var is none.
type Var struct {
	n int32  // 1 + the index
	t uint32 // the id of the template
}

// Var returns the variable with the name.
func (t *Template) Var(name string) (v Var, ok bool) {
	for i := range t.vars {
		if t.vars[i].name == name {
			return Var{int32(i + 1), t.id}, true
		}
	}
	return Var{}, false
}

// All ranges over the variables in the order of their first places.
func (t *Template) All() iter.Seq2[string, Var] {
	return func(yield func(string, Var) bool) {
		for i := range t.vars {
			if !yield(t.vars[i].name, Var{int32(i + 1), t.id}) {
				return
			}
		}
	}
}

// Compile takes a template apart. A template that does not make a good
// message is an error: one whose start line or a header field is malformed
// wherever that can be told without knowing the values, one without a header
// that every request or response must have (see [compose.Builder.AppendTo]; lines of
// variables may hold it, and then it is not missed), one with a header twice
// that may be given only once, one with a variable that no value fits.
//
// The Template is never nil. With an error it holds nothing but the fault, and
// a Stamp of it writes nothing. text is not kept.
func Compile(text []byte) (*Template, error) {
	c := compiler{t: &Template{id: templates.Add(1)}, names: map[string]int32{}}
	c.compile(text)
	if c.fault.Code != 0 {
		return &Template{fault: c.fault}, c.fault.Code
	}
	return c.t, nil
}

// Fault says where Compile failed, with the Offset in its text: at the variable
// or in the line concerned. It is the zero Fault of a good template.
func (t *Template) Fault() codec.Fault { return t.fault }
