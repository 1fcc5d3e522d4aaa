package show

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/fatih/color"
)

// An Excerpt is the line of a message around one byte.
type Excerpt struct {
	Line  int    // number of the line, from 1
	Text  string // the line, printable; long ones are cut on both sides
	Caret int    // columns of Text in front of the byte
}

// excerptWidth bounds the columns of an excerpt on each side of its byte.
const excerptWidth = 48

// window bounds the bytes that are looked at on each side: a column takes at
// most four, and one column more shows that the line goes on.
const window = 4 * (excerptWidth + 1)

// An Excerpter makes the excerpts of one message. Asked in the order of the
// offsets, it looks at each byte a bounded number of times, however many
// excerpts are of one line.
type Excerpter struct {
	b    []byte
	at   int // the bytes in front of it have been looked at
	lo   int // where the line of at begins
	line int // the number of that line, from 1
}

// NewExcerpter returns an Excerpter for b.
func NewExcerpter(b []byte) *Excerpter { return &Excerpter{b: b, line: 1} }

// At returns the line that holds the byte at offset. The offset of a line
// end, or behind the last byte, is the end of its line.
func (x *Excerpter) At(offset int) Excerpt {
	offset = min(max(offset, 0), len(x.b))
	if offset < x.at {
		x.at, x.lo, x.line = 0, 0, 1
	}
	passed := x.b[x.at:offset]
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		x.lo = x.at + i + 1
		x.line += bytes.Count(passed, []byte("\n"))
	}
	x.at = offset

	hi := min(len(x.b), offset+window)
	whole := hi == len(x.b) // the end of the line has been seen
	if i := bytes.IndexByte(x.b[offset:hi], '\n'); i >= 0 {
		hi, whole = offset+i, true
	}
	rest := x.b[offset:hi]
	if whole {
		rest = bytes.TrimSuffix(rest, []byte("\r"))
	}
	lo := max(x.lo, offset-window)
	for n := 1; n < utf8.UTFMax && lo > x.lo && !utf8.RuneStart(x.b[lo]); n++ {
		lo-- // to where a character begins
	}
	head := x.b[lo:offset]
	if len(rest) == 0 { // at the line end, or between CR and LF
		head = bytes.TrimSuffix(head, []byte("\r"))
	}
	e := Excerpt{Line: x.line, Text: Printable(head)}
	if n := columns(e.Text); n > excerptWidth {
		r := []rune(e.Text)
		e.Text = "…" + string(r[n-excerptWidth+1:])
	}
	e.Caret = columns(e.Text)
	e.Text += cut(Printable(rest), excerptWidth)
	return e
}

// excerpt prints the line around an offset with a caret under the byte.
func (pr *Printer) excerpt(branches string, e Excerpt, offset int, c *color.Color) {
	gutter := fmt.Sprintf("line %d │ ", e.Line)
	fmt.Fprintf(pr.w, "%s%s%s\n", pr.p.branch.Sprint(branches), pr.p.faint.Sprint(gutter), e.Text)
	fmt.Fprintf(pr.w, "%s%s%s%s\n", pr.p.branch.Sprint(branches), strings.Repeat(" ", columns(gutter)+e.Caret),
		c.Sprint("^"), pr.p.faint.Sprintf(" byte %d", offset))
}
