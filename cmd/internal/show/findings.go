package show

import (
	"fmt"
	"strings"

	"github.com/fatih/color"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/lint"
)

// Findings prints what is wrong with m, each with its line.
func (pr *Printer) Findings(name string, m *codec.Message, found []lint.Finding) {
	fmt.Fprintf(pr.w, "%s  %s\n", pr.p.title.Sprint(Printable([]byte(name))), pr.verdict(found))
	lines := NewExcerpter(m.Bytes())
	for i, f := range found { // in the order of their offsets
		last := i == len(found)-1
		c := pr.severity(f.Severity)
		where := ""
		if !strings.Contains(f.Text, f.Header) {
			where = f.Header + ": "
		}
		pr.line(join(last), c.Sprint(left(f.Severity.String(), len("warning"))),
			"  "+where+f.Text+"  ["+string(f.Rule)+"; "+f.RFC+"]")
		pr.excerpt(under(last), lines.At(f.Offset), f.Offset, c)
	}
}

func (pr *Printer) severity(s lint.Severity) *color.Color {
	switch s {
	case lint.Error:
		return pr.p.bad
	case lint.Warning:
		return pr.p.warn
	}
	return pr.p.note
}

// verdict counts the findings.
func (pr *Printer) verdict(found []lint.Finding) string {
	var n [lint.Error + 1]int
	for _, f := range found {
		n[f.Severity]++
	}
	text := ""
	for s := lint.Error; s > lint.None; s-- {
		if n[s] > 0 {
			if text != "" {
				text += ", "
			}
			text += pr.severity(s).Sprint(count(n[s], s.String()))
		}
	}
	if text == "" {
		return "nothing is wrong"
	}
	return text
}
