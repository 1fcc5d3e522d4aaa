package show

import (
	"fmt"
	"strings"

	"github.com/fatih/color"
)

// excerpt prints the line around an offset with a caret under the byte.
func (pr *Printer) excerpt(branches string, b []byte, offset int, c *color.Color) {
	e := ExcerptAt(b, offset)
	gutter := fmt.Sprintf("line %d │ ", e.Line)
	fmt.Fprintf(pr.w, "%s%s%s\n", pr.p.branch.Sprint(branches), pr.p.faint.Sprint(gutter), e.Text)
	fmt.Fprintf(pr.w, "%s%s%s%s\n", pr.p.branch.Sprint(branches), strings.Repeat(" ", columns(gutter)+e.Caret),
		c.Sprint("^"), pr.p.faint.Sprintf(" byte %d", offset))
}
