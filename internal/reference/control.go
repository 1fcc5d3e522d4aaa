package reference

import "regexp"

var (
	oneLine    = regexp.MustCompile(`(?s)^[^\n]*\n`)
	fieldLines = regexp.MustCompile(`(?s)^[^\n]*\n([ \t][^\n]*\n?)*`) // a header field with its folds
	isControl  = regexp.MustCompile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
)

// controls finds the first control byte that is refused in the header section
// b[lo:hi], and what its problem is called.
func (p *parser) controls(lo, hi int) {
	at := lo
	for line := 0; at < hi; line++ {
		text := fieldLines.Find(p.b[at:hi])
		if line == 0 { // nothing continues the start line
			text = oneLine.Find(p.b[at:hi])
		}
		if text == nil {
			text = p.b[at:hi]
		}
		if i, problem := p.controlIn(text, at, line > 0); problem != "" {
			p.r.Control, p.r.ControlAt = problem, i
			return
		}
		at += len(text)
	}
}

// controlIn does so in one header field, or in the start line, at offset at.
func (p *parser) controlIn(text []byte, at int, pairs bool) (offset int, problem string) {
	inString, comments := false, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '\\' && pairs && (inString || comments > 0) && i+1 < len(text) && text[i+1] != '\r' {
			i++ // a quoted pair
			continue
		}
		switch {
		case c == '"' && comments == 0:
			inString = !inString
		case c == '(' && !inString:
			comments++
		case c == ')' && !inString && comments > 0:
			comments--
		case c == '\r' && at+i+1 < len(p.b) && p.b[at+i+1] != '\n':
			return at + i, "bare-cr"
		case c == 0, p.opt.Strict && isControl.Match(text[i:i+1]):
			return at + i, "control"
		}
	}
	return 0, ""
}

// hasBareCR reports whether a CR in b[lo:hi] is not before LF. The last byte of
// the input is none: its LF may have been cut off.
func (p *parser) hasBareCR(lo, hi int) bool {
	for i := lo; i < hi && i+1 < len(p.b); i++ {
		if p.b[i] == '\r' && p.b[i+1] != '\n' {
			return true
		}
	}
	return false
}
