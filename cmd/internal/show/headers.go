package show

import (
	"bytes"
	"fmt"

	"github.com/sipwire/sipwire/cmd/internal/typed"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
)

// row is one line of the table of headers. A header field takes one for each
// of its values and of its continuation lines; all but the first have no
// name.
type row struct {
	first             bool // of its header field
	name, form, class string
	value             string
	group             group
	comma, fold       bool // the value goes on behind a comma, on a continuation line
	bad               bool // the value says what is wrong with the field above
}

func (pr *Printer) headers(m *codec.Message, last bool) {
	pr.line(join(last), pr.p.title.Sprint("headers"), fmt.Sprintf("  %d", m.Len()))
	var rows []row
	malformed := make(map[int]typed.Error) // by the offset of the field
	for _, e := range typed.Errors(m) {
		if e.Name != typed.RequestURI { // the tree has a place of its own for it
			malformed[e.Field.Offset] = e
		}
	}
	var name, form, class int
	for _, f := range m.Fields() {
		all := fieldRows(&f)
		if e, ok := malformed[f.Offset]; ok {
			all = append(all, row{bad: true, value: fmt.Sprintf("✗ %v at byte %d", e.Code, e.Offset)})
		}
		for _, r := range all {
			rows = append(rows, r)
			name, form, class = max(name, columns(r.name)), max(form, columns(r.form)), max(class, columns(r.class))
		}
	}
	lastField := -1
	for i := range rows {
		if rows[i].first {
			lastField = i
		}
	}
	for i := range rows {
		r := &rows[i]
		branch := join(i >= lastField)
		if !r.first {
			branch = under(i > lastField)
		}
		mark := pr.p.mark
		if r.form == "long" {
			mark = pr.p.faint
		}
		start := pr.p.groups[r.group].Sprint(left(r.name, name)) + "  " +
			mark.Sprint(left(r.form, form)) + "  " +
			pr.p.faint.Sprint(left(r.class, class)) + "  "
		end := ""
		switch {
		case r.comma:
			end = ","
		case r.fold:
			end = " ↵"
		}
		if r.bad {
			text := pr.fit(r.value, columns(under(last)+branch)+columns(strip(start)))
			pr.line(under(last)+branch, start+pr.p.bad.Sprint(text), "")
			continue
		}
		pr.line(under(last)+branch, start, r.value+end)
	}
}

// left fills s up to n columns.
func left(s string, n int) string { return fmt.Sprintf("%-*s", n, s) }

// fieldRows makes the rows of one field. A list of structured values
// gets one line for each, a list of words stays on one.
func fieldRows(f *codec.Field) []row {
	r := row{first: true, name: f.ID.String(), form: "long", class: f.ID.Grammar(), group: groupOf(f.ID)}
	switch {
	case len(f.Name) == 0:
		r.name, r.form, r.class = "(no name)", "broken", "-"
	case f.ID == header.IDOther:
		r.name, r.class = Printable(f.Name), "-"
	case f.IsCompact():
		r.form = "compact " + string(f.Name)
	}
	if f.Folded {
		r.form += ", folded"
	}
	var rows []row
	add := func(value []byte, comma bool) {
		lines := bytes.Split(value, []byte("\n"))
		for i, line := range lines {
			r.value = Printable(bytes.Trim(line, " \t\r"))
			r.fold = i < len(lines)-1
			r.comma = comma && !r.fold
			rows = append(rows, r)
			r = row{group: r.group}
		}
	}
	if !onePerLine(f.ID) {
		add(f.Value, false)
		return rows
	}
	for next := 0; next <= len(f.Value); {
		var lo, hi int
		lo, hi, next = f.ID.NextValue(f.Value, next)
		add(f.Value[lo:hi], next <= len(f.Value))
	}
	return rows
}

// onePerLine reports whether the values of a list are long enough for a line
// of their own.
func onePerLine(id header.ID) bool {
	switch grammar.Of(uint8(id)) {
	case grammar.ViaList, grammar.NameAddrList, grammar.ContactList, grammar.URIRefList, grammar.WarningList:
		return id.IsSplit()
	}
	return false
}
