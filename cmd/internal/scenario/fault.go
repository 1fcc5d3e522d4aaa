package scenario

import "fmt"

// A Fault says what is wrong with a scenario, and where.
type Fault struct {
	File    string
	Line    int // from 1; 0 when the file as a whole is meant
	Column  int // from 1, in bytes
	Element string
	Text    string
}

// Error returns one line: file, line, column, element and text.
func (f *Fault) Error() string {
	s := f.File
	if f.Line > 0 {
		s = fmt.Sprintf("%s:%d:%d", f.File, f.Line, f.Column)
	}
	if f.Element != "" {
		s += ": <" + f.Element + ">"
	}
	return s + ": " + f.Text
}

// A Note is something in a scenario that has no effect here.
type Note struct {
	File    string
	Line    int
	Element string
	Text    string
}
