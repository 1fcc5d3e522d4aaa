package header

import (
	"iter"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// ParamList is a view of the parameters after a value (RFC 3261, 25.1:
// *( SEMI generic-param )), with the whitespace and folds between them. The zero
// ParamList has none. It may be copied freely. It and everything it returns are
// valid as long as the bytes it was parsed from are.
//
// The value of a parameter is returned as received, a quoted string with its
// quotes; [AppendUnquoted] removes them. A parameter without "=" has a nil value.
// One with nothing after "=" has an empty value that is not nil.
//
// Beyond the grammar, a value may be empty, and an unquoted one may hold the
// characters "=/?@&$#^{}|", which are in daily use in tags, branches and the
// parameters of vendors. Names are tokens and must not be empty.
type ParamList struct{ b []byte }

// Parse reads b, the whole of which must be parameters without a ";" before the
// first one, as in P-Charging-Vector (RFC 7315, 5.6). Without an error n is
// len(b). With one n is the offset of the byte that is wrong, the error is a
// sipwire.Code and p is empty.
func (p *ParamList) Parse(b []byte) (n int, err error) {
	*p = ParamList{}
	lo := value.SkipLWS(b, 0)
	if lo == len(b) {
		return lo, sipwire.ErrEmpty
	}
	var a value.Param
	n, code := value.ConsumeParam(b, lo, &a)
	if code != 0 {
		return n, code
	}
	hi, n, code := value.ConsumeParams(b, n)
	if code == 0 && n < len(b) {
		code = sipwire.ErrParam
	}
	if code != 0 {
		return n, code
	}
	p.b = b[lo:hi:hi]
	return n, nil
}

// ParseAfter reads the parameters that follow a value which ends at b[i], up to the
// end of b: *( SEMI generic-param ). n and err are as for [ParamList.Parse].
func (p *ParamList) ParseAfter(b []byte, i int) (n int, err error) {
	*p = ParamList{}
	if value.TooLong(b) {
		return 0, sipwire.ErrRange
	}
	var list value.Part
	i = value.SkipLWS(b, i)
	n, code := value.ConsumeRest(b, i, &list)
	if code != 0 {
		return n, code
	}
	p.b = list.Of(b)
	return n, nil
}

// Bytes returns the parameters as received, from the first ";" on.
func (p ParamList) Bytes() []byte { return p.b }

// AppendTo appends the parameters as received, folds included.
func (p ParamList) AppendTo(dst []byte) []byte { return append(dst, p.b...) }

// AppendText is AppendTo as an [encoding.TextAppender]. The error is nil: there
// may be no parameters.
func (p ParamList) AppendText(dst []byte) ([]byte, error) { return p.AppendTo(dst), nil }

// String returns a copy of the parameters. It allocates.
func (p ParamList) String() string { return string(p.b) }

// IsEmpty reports whether there are no parameters.
func (p ParamList) IsEmpty() bool { return len(p.b) == 0 }

// All ranges over names and values in their order.
func (p ParamList) All() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) { eachParam(p.b, yield) }
}

func eachParam(b []byte, yield func(name, value []byte) bool) {
	var a value.Param
	for i := 0; a.Next(b, &i); {
		if !yield(a.Name(b), a.Value(b)) {
			return
		}
	}
}

// Get returns the value of the first parameter with the name, which is
// compared without case (RFC 3261, 7.3.1). The value is nil when the
// parameter has no "=".
func (p ParamList) Get(name string) (v []byte, ok bool) {
	var a value.Param
	for i := 0; a.Next(p.b, &i); {
		if a.Is(p.b, name) {
			return a.Value(p.b), true
		}
	}
	return nil, false
}

// Seconds returns the value of a parameter as delta-seconds, at most 2^32-1 (RFC
// 3261, 20.19). It is not ok when it is missing or not a number.
func (p ParamList) Seconds(name string) (seconds uint32, ok bool) {
	v, _ := p.Get(name)
	seconds, n, code := value.ConsumeSeconds(v, 0)
	if code != 0 || n != len(v) {
		return 0, false
	}
	return seconds, true
}

// Has reports whether there is a parameter with the name.
func (p ParamList) Has(name string) bool { _, ok := p.Get(name); return ok }

// AppendUnquoted appends the text of a value: a parameter's value, a display name,
// or what the accessors of package auth return. The quotes around a quoted string
// and the backslashes of quoted pairs are left out, and a fold becomes one space
// (RFC 3261, 25.1 and 7.3.1).
//
// The text may hold any byte but CR and LF, NUL included.
func AppendUnquoted(dst, value []byte) []byte { return abnf.AppendUnquoted(dst, value) }
