package show

import "fmt"

// Table prints names and figures under a title, the figures flush right.
func (pr *Printer) Table(title string, rows [][2]string) {
	var name, value int
	for _, r := range rows {
		name, value = max(name, columns(r[0])), max(value, columns(r[1]))
	}
	fmt.Fprintln(pr.w, pr.p.title.Sprint(title))
	for i, r := range rows {
		pr.line(join(i == len(rows)-1), left(r[0], name)+"  "+pr.p.start.Sprintf("%*s", value, r[1]), "")
	}
}

// Hint prints a line of advice.
func (pr *Printer) Hint(text string) { fmt.Fprintln(pr.w, pr.p.faint.Sprint(text)) }
