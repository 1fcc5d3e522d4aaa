package codec

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// An editModel does to strings what Edit does to spans: the message is cut
// into lines, lines into values and what is between them, and each change
// replaces strings. It knows what must conflict.
type editModel struct {
	m      *Message
	start  string
	fields []modelField
	slots  []modelSlot // what is put in in front of each field, and behind the last
	empty  string      // the empty line
	body   string

	changed, newStart bool
}

type modelField struct {
	id             header.ID
	prefix, suffix string
	values, seps   []string
	tail           string // a CR that folds nothing
	number         []int  // of each value in values
	state          modelState
}

type modelState uint8

const (
	untouched modelState = iota
	someValuesGone
	replaced
	gone
)

type modelSlot struct{ after, top, before []string }

func newEditModel(m *Message) *editModel {
	b := m.Bytes()
	e := &editModel{m: m, slots: make([]modelSlot, m.Len()+1)}
	at := func(i int) int {
		if i < m.Len() {
			return m.At(i).Offset
		}
		head := m.body - 1
		if head > 0 && b[head-1] == '\r' {
			head--
		}
		return head
	}
	e.start = string(b[m.startLine.start:at(0)])
	for i, f := range m.Fields() {
		end := f.ValueOffset + len(f.Value)
		mf := modelField{id: f.ID, prefix: string(b[f.Offset:f.ValueOffset]), suffix: string(b[end:at(i+1)])}
		behind := -1
		for next := 0; next <= len(f.Value); {
			var lo, hi int
			lo, hi, next = f.ID.NextValue(f.Value, next)
			if behind >= 0 {
				mf.seps = append(mf.seps, string(f.Value[behind:lo]))
			}
			mf.number = append(mf.number, len(mf.values))
			mf.values = append(mf.values, string(f.Value[lo:hi]))
			behind = hi
		}
		mf.tail = string(f.Value[behind:])
		e.fields = append(e.fields, mf)
	}
	e.empty, e.body = string(b[at(m.Len()):m.body]), string(m.Body())
	return e
}

func (f *modelField) text() string {
	if f.state == gone {
		return ""
	}
	s := f.prefix
	for i, v := range f.values {
		s += v
		if i < len(f.seps) {
			s += f.seps[i]
		}
	}
	return s + f.tail + f.suffix
}

// result is the whole message.
func (e *editModel) result() string {
	if !e.changed {
		return string(e.m.Bytes())
	}
	s := e.start
	for i, slot := range e.slots {
		s += strings.Join(slot.after, "") + strings.Join(slot.top, "") + strings.Join(slot.before, "")
		if i < len(e.fields) {
			s += e.fields[i].text()
		}
	}
	return s + e.empty + e.body
}

// drop takes value j of those that are left.
func (f *modelField) drop(j int) {
	f.state = someValuesGone
	switch {
	case len(f.values) == 1:
		f.state = gone
		return
	case j < len(f.values)-1:
		f.seps = append(f.seps[:j], f.seps[j+1:]...)
	default:
		f.seps, f.tail = f.seps[:j-1], ""
	}
	f.values = append(f.values[:j], f.values[j+1:]...)
	f.number = append(f.number[:j], f.number[j+1:]...)
}

// step makes one random change on both sides. It returns what it did, and the
// code that the Edit must answer with.
func (e *editModel) step(r *rand.Rand, ed *Edit) (what string, want sipwire.Code, err error) {
	word := fmt.Sprint("w", r.IntN(1000))
	n := len(e.fields)
	pick := func() int { return r.IntN(n) }
	put := func(list *[]string, front bool, line string) {
		if front {
			*list = append([]string{line}, *list...)
		} else {
			*list = append(*list, line)
		}
		e.changed = true
	}
	choice := r.IntN(11)
	if n == 0 && choice < 6 {
		choice = 6 + choice%5
	}
	switch choice {
	case 0:
		i := pick()
		f := &e.fields[i]
		what, err = fmt.Sprint("RemoveAt ", i), ed.RemoveAt(i)
		switch {
		case f.id == header.IDContentLength:
			return what, sipwire.ErrState, err
		case f.state != untouched:
			return what, sipwire.ErrConflict, err
		}
		f.state, e.changed = gone, true
	case 1:
		i := pick()
		f := &e.fields[i]
		what, err = fmt.Sprint("SetAt ", i, word), ed.SetAt(i, []byte(word))
		switch {
		case f.id == header.IDContentLength:
			return what, sipwire.ErrState, err
		case f.state != untouched:
			return what, sipwire.ErrConflict, err
		}
		f.state, f.values, f.seps, f.tail, e.changed = replaced, []string{word}, nil, "", true
	case 2, 3:
		id := e.fields[pick()].id
		k := r.IntN(e.m.CountValues(id) + 1)
		what, err = fmt.Sprint("RemoveValue ", id, k), ed.RemoveValue(id, k)
		rest := k
		for i := range e.fields {
			f := &e.fields[i]
			if f.id != id {
				continue
			}
			total := e.m.countIn(i)
			if rest >= total {
				rest -= total
				continue
			}
			if id == header.IDContentLength {
				return what, sipwire.ErrState, err
			}
			for j, number := range f.number {
				if number == rest && (f.state == untouched || f.state == someValuesGone) {
					f.drop(j)
					e.changed = true
					return what, 0, err
				}
			}
			return what, sipwire.ErrConflict, err
		}
		return what, sipwire.ErrMissing, err
	case 4:
		i := pick()
		what, err = fmt.Sprint("Before ", i), ed.AddField(Before(i), []byte("X-B"), []byte(word))
		put(&e.slots[i].before, false, "X-B: "+word+"\r\n")
	case 5:
		i := pick()
		what, err = fmt.Sprint("After ", i), ed.AddField(After(i), []byte("X-A"), []byte(word))
		put(&e.slots[i+1].after, false, "X-A: "+word+"\r\n")
	case 6:
		what, err = "Top", ed.AddField(Top(), []byte("X-T"), []byte(word))
		put(&e.slots[0].before, false, "X-T: "+word+"\r\n")
	case 7:
		what, err = "Bottom", ed.AddField(Bottom(), []byte("X-L"), []byte(word))
		put(&e.slots[n].before, false, "X-L: "+word+"\r\n")
	case 8:
		what, err = "PushVia", ed.PushVia(bobVia)
		i := max(0, e.m.Index(header.IDVia))
		put(&e.slots[i].top, true, "Via: SIP/2.0/UDP p.example:5070;rport;branch=z9hG4bKp\r\n")
	case 9:
		what, err = "SetRequestURI", ed.SetRequestURI([]byte("sip:"+word))
		switch {
		case e.m.IsResponse():
			return what, sipwire.ErrState, err
		case e.newStart:
			return what, sipwire.ErrConflict, err
		}
		old := string(e.m.RequestURIBytes())
		at := strings.Index(e.start, " "+old+" ")
		e.start = e.start[:at+1] + "sip:" + word + e.start[at+1+len(old):]
		e.changed, e.newStart = true, true
	case 10:
		what, err = "PopRoute", ed.PopRoute()
		for i := range e.fields {
			f := &e.fields[i]
			if f.id != header.IDRoute || f.state == gone {
				continue
			}
			if f.state == replaced {
				return what, sipwire.ErrConflict, err
			}
			f.drop(0)
			e.changed = true
			return what, 0, err
		}
		return what, sipwire.ErrMissing, err
	}
	return what, 0, err
}

// countIn returns how many values field i has.
func (m *Message) countIn(i int) (n int) {
	f := m.At(i)
	for next := 0; next <= len(f.Value); n++ {
		_, _, next = f.ID.NextValue(f.Value, next)
	}
	return n
}

// checkEdits makes random changes of a message and compares with the model,
// byte for byte; then it parses what was written.
func checkEdits(t *testing.T, r *rand.Rand, b []byte) {
	t.Helper()
	m := new(Message)
	if m.Parse(b) != nil {
		return
	}
	var e Edit
	if err := e.Begin(m); err != nil {
		t.Fatal(err)
	}
	if out, err := e.AppendTo(nil); err != nil || string(out) != string(b) {
		t.Fatalf("nothing edited: %q becomes %q, %v", b, out, err)
	}
	model := newEditModel(m)
	var steps []string
	for range 1 + r.IntN(8) {
		what, want, err := model.step(r, &e)
		steps = append(steps, what)
		if want != 0 {
			if out, werr := e.AppendTo(nil); !errors.Is(err, want) || out != nil || !errors.Is(werr, want) {
				t.Fatalf("%q: %q: %v, want %v", b, steps, err, want)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %q: %v", b, steps, err)
		}
	}
	out, err := e.AppendTo(nil)
	want := model.result()
	if err != nil || string(out) != want || e.Size() != len(want) {
		t.Fatalf("%q\n%q: %v, size %d of %d\ngot  %q\nwant %q", b, steps, err, e.Size(), len(want), out, want)
	}
	if again := new(Message); again.Parse(out) != nil || string(again.Body()) != string(m.Body()) {
		t.Fatalf("%q\n%q: %q does not parse or has another body: %v", b, steps, out, again.Err())
	}
}

// TestEditProperty makes random edits of every message at hand.
func TestEditProperty(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	inputs := typedInputs(t)
	t.Logf("%d inputs", len(inputs))
	for _, b := range append(inputs, []byte(editMsg)) {
		for range 200 {
			checkEdits(t, r, b)
		}
	}
	for _, list := range []string{",", ",,", "a,", ",a", " , a , ", "a,,b,", ", ,a,b ,\r\n ,c"} {
		b := []byte(msg(reqLine, "Supported: "+list, "k: "+list, "Route: "+list, "Via: "+list))
		for range 2000 {
			checkEdits(t, r, b)
		}
	}
}

func FuzzEdit(f *testing.F) {
	for _, b := range typedInputs(f) {
		f.Add(uint64(1), b)
	}
	f.Add(uint64(2), []byte(editMsg))
	f.Fuzz(func(t *testing.T, seed uint64, b []byte) {
		r := rand.New(rand.NewPCG(seed, 4))
		for range 8 {
			checkEdits(t, r, b)
		}
	})
}
