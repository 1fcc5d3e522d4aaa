package show

import (
	"fmt"
	"strings"

	"github.com/fatih/color"

	"github.com/sipwire/sipwire/cmd/internal/lint"
	"github.com/sipwire/sipwire/codec"
)

// Findings prints what is wrong with m, each with its line.
func (pr *Printer) Findings(name string, m *codec.Message, found []lint.Finding) {
	fmt.Fprintf(pr.w, "%s  %s\n", pr.p.title.Sprint(Printable([]byte(name))), pr.verdict(found))
	for i, f := range found {
		last := i == len(found)-1
		c := pr.severity(f.Severity)
		where := ""
		if !strings.Contains(f.Message, f.Header) {
			where = Printable([]byte(f.Header)) + ": "
		}
		pr.line(join(last), c.Sprint(left(f.Severity.String(), len("warning"))),
			"  "+where+Printable([]byte(f.Message))+"  ["+f.Code+"; "+f.RFC+"]")
		pr.excerpt(under(last), m.Bytes(), f.Offset, c)
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
	for s := lint.Error; ; s-- {
		if n[s] > 0 {
			if text != "" {
				text += ", "
			}
			text += pr.severity(s).Sprint(count(n[s], s.String()))
		}
		if s == lint.Note {
			break
		}
	}
	if text == "" {
		return "nothing is wrong"
	}
	return text
}
