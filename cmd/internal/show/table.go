package show

import "fmt"

// Title prints a line above what belongs together.
func (pr *Printer) Title(text string) { fmt.Fprintln(pr.w, pr.p.title.Sprint(text)) }

// Table prints names and figures, flush right, as a branch below a title.
func (pr *Printer) Table(name string, rows [][2]string, last bool) {
	var key, value int
	for _, r := range rows {
		key, value = max(key, columns(r[0])), max(value, columns(r[1]))
	}
	pr.line(join(last), "", name)
	for i, r := range rows {
		pr.line(under(last)+join(i == len(rows)-1), left(r[0], key)+"  "+pr.p.start.Sprintf("%*s", value, r[1]), "")
	}
}

// Lines prints text line by line as a branch below a title.
func (pr *Printer) Lines(name string, lines []string, last bool) {
	pr.line(join(last), "", name)
	for i, l := range lines {
		pr.line(under(last)+join(i == len(lines)-1), "", l)
	}
}

// Hint prints a line of advice.
func (pr *Printer) Hint(text string) { fmt.Fprintln(pr.w, pr.p.faint.Sprint(text)) }
