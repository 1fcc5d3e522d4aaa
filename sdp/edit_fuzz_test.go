package sdp

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
)

// The slow version of an Edit: a list of lines, each changed as a string.
type model struct {
	lines  []modelLine
	media  []int // numbers of the m= lines
	tail   string
	eol    string
	code   sipwire.Code
	before [][]string // lines put in in front of line i
	unique map[[2]int]bool
}

type modelLine struct {
	text, end string
	received  string // the text before changes
	removed   bool
	changed   map[int]bool // which fields were changed
}

func newModel(in string) *model {
	m := &model{eol: "\r\n", unique: map[[2]int]bool{}}
	for at := 0; at < len(in); {
		text, _, ended := strings.Cut(in[at:], "\n")
		l := modelLine{text: text, changed: map[int]bool{}}
		if ended {
			l.end = "\n"
		}
		if strings.HasSuffix(text, "\r") && ended {
			l.text, l.end = text[:len(text)-1], "\r\n"
		}
		l.received = l.text
		at += len(text) + len(l.end) - strings.Count(l.end, "\r")
		m.lines = append(m.lines, l)
	}
	// Empty lines behind the last one are no lines.
	n := len(m.lines)
	for n > 0 && strings.Trim(m.lines[n-1].text, "\r") == "" {
		n--
		m.tail = m.lines[n].text + m.lines[n].end + m.tail
	}
	m.lines = m.lines[:n]
	if n > 0 && m.lines[0].end == "\n" {
		m.eol = "\n"
	}
	for i, l := range m.lines {
		if l.text[0] == 'm' {
			m.media = append(m.media, i)
		}
	}
	m.before = make([][]string, n+1)
	return m
}

func (m *model) section(i int) (lo, hi int) {
	if i >= 0 {
		lo = m.media[i]
	}
	if i+1 < len(m.media) {
		return lo, m.media[i+1]
	}
	return lo, len(m.lines)
}

func (m *model) fail(code sipwire.Code) {
	if m.code == 0 {
		m.code = code
	}
}

// once says that something may be changed once only.
func (m *model) once(line, field int) {
	if m.lines[line].removed || m.lines[line].changed[field] || field == -1 && len(m.lines[line].changed) > 0 {
		m.fail(sipwire.ErrConflict)
	}
	m.lines[line].changed[field] = true
}

// put puts a line in; what, if not 0, may be put in once at a place.
func (m *model) put(before int, text string, what int) {
	if what != 0 && m.unique[[2]int{before, what}] {
		m.fail(sipwire.ErrConflict)
	}
	m.unique[[2]int{before, what}] = true
	m.before[before] = append(m.before[before], text)
}

// setField replaces field n of a line, counted from 0 or, below 0, from the
// end; the spaces stay.
func (m *model) setField(line, n int, to string) {
	text := m.lines[line].text
	var bounds [][2]int
	for i := 2; i < len(text); {
		if text[i] == ' ' || text[i] == '\t' {
			i++
			continue
		}
		j := i
		for j < len(text) && text[j] != ' ' && text[j] != '\t' {
			j++
		}
		bounds = append(bounds, [2]int{i, j})
		i = j
	}
	if n < 0 {
		n += len(bounds)
	}
	m.lines[line].text = text[:bounds[n][0]] + to + text[bounds[n][1]:]
}

func (m *model) setAddress(line int, addr netip.Addr) {
	m.once(line, 100)
	if len(refFields(m.lines[line].text[2:])) < 3 {
		m.fail(sipwire.ErrValue)
		return
	}
	typ := "IP6"
	if addr.Is4() {
		typ = "IP4"
	}
	// Type and address, and what is between them, are replaced in one piece:
	// the last two fields, for c= all but the first.
	text := strings.TrimRight(m.lines[line].text, " \t")
	rest := m.lines[line].text[len(text):]
	drop := 2
	if text[0] == 'c' {
		drop = len(refFields(text[2:])) - 1
	}
	for range drop {
		text = strings.TrimRight(text, " \t")
		text = text[:strings.LastIndexAny(text, " \t")+1]
	}
	i := len(text) - 1
	m.lines[line].text = text[:i+1] + typ + " " + addr.String() + rest
}

func (m *model) String() string {
	var b strings.Builder
	for i, l := range m.lines {
		for _, put := range m.before[i] {
			b.WriteString(put + m.eol)
		}
		if !l.removed {
			b.WriteString(l.text + l.end)
		}
	}
	n := len(m.lines)
	if len(m.before[n]) > 0 && n > 0 && m.lines[n-1].end == "" && !m.lines[n-1].removed {
		b.WriteString(m.eol)
	}
	for _, put := range m.before[n] {
		b.WriteString(put + m.eol)
	}
	return b.String() + m.tail
}

// step makes one random change with both.
func step(r *rand.Rand, e *Edit, d *Description, m *model) {
	i := r.IntN(len(m.media)+1) - 1
	lo, hi := m.section(i)
	addr := netip.MustParseAddr([]string{"192.0.2.77", "2001:db8::7", "10.1.2.3"}[r.IntN(3)])
	conn := func(lo, hi int) int {
		for k := lo; k < hi; k++ {
			if m.lines[k].text[0] == 'c' {
				return k
			}
		}
		return -1
	}
	origin := func() int {
		_, end := m.section(-1)
		for k := range end {
			if m.lines[k].text[0] == 'o' {
				return k
			}
		}
		return -1
	}
	valid := i >= 0 && func() bool { x, err := d.Media(i); return err == nil && x.IsValid() }()
	switch r.IntN(10) {
	case 0:
		_ = e.SetConnection(i, addr)
		if k := conn(lo, hi); k >= 0 {
			m.setAddress(k, addr)
			return
		}
		k := lo + 1
		for k < hi && strings.Contains("osiuep", m.lines[k].text[:1]) {
			k++
		}
		typ := "IP6 "
		if addr.Is4() {
			typ = "IP4 "
		}
		m.put(k, "c=IN "+typ+addr.String(), 1)
	case 1:
		_ = e.SetConnections(addr)
		for k := range m.lines {
			if m.lines[k].text[0] == 'c' && m.code != sipwire.ErrValue {
				m.setAddress(k, addr)
			}
		}
	case 2:
		_ = e.SetOriginAddress(addr)
		if k := origin(); k >= 0 {
			m.setAddress(k, addr)
		} else {
			m.fail(sipwire.ErrMissing)
		}
	case 3:
		if !valid {
			return
		}
		port := uint16(r.IntN(65536))
		_ = e.SetPort(i, port)
		m.once(lo, 1)
		f := refFields(m.lines[lo].text[2:])[1]
		old, _, _ := strings.Cut(f, "/")
		m.setField(lo, 1, strconv.Itoa(int(port))+f[len(old):])
	case 4, 5:
		v := SendOnly + Direction(r.IntN(4))
		_ = e.SetDirection(i, v)
		found := false
		for k := lo; k < hi; k++ {
			if slices.Contains([]string{"a=sendonly", "a=recvonly", "a=sendrecv", "a=inactive"}, m.lines[k].received) {
				m.once(k, 300)
				m.lines[k].text = "a=" + v.String()
				found = true
			}
		}
		if !found {
			m.put(hi, "a="+v.String(), 2)
		}
	case 6:
		value := []byte("x" + strconv.Itoa(r.IntN(100)))
		_ = e.AddAttribute(i, "fuzz", value)
		m.put(hi, "a=fuzz:"+string(value), 0)
	case 7:
		name := []string{"rtpmap", "candidate", "mid", "crypto", "sendonly", "ssrc"}[r.IntN(6)]
		_ = e.RemoveAttribute(i, name)
		for k := lo; k < hi; k++ {
			if t := m.lines[k].received; t == "a="+name || strings.HasPrefix(t, "a="+name+":") {
				m.once(k, -1)
				m.lines[k].removed = true
			}
		}
	case 8:
		if !valid {
			return
		}
		formats := refFields(m.lines[lo].text[2:])[3:]
		if len(formats) < 3 {
			return // others are in TestRemoveFormat
		}
		if m.lines[lo].changed[2] {
			return
		}
		format := formats[r.IntN(len(formats))]
		if all := slices.DeleteFunc(slices.Clone(formats), func(f string) bool { return f == format }); len(all) == 0 {
			return
		}
		_ = e.RemoveFormat(i, []byte(format))
		m.once(lo, 2)
		text := m.lines[lo].text
		head := text
		for range len(formats) {
			head = strings.TrimRight(head, " \t")
			head = head[:strings.LastIndexAny(head, " \t")]
		}
		head = strings.TrimRight(head, " \t")
		out := head
		for rest := text[len(head):]; rest != ""; {
			f := strings.TrimLeft(rest, " \t")
			f, _, _ = strings.Cut(strings.ReplaceAll(f, "\t", " "), " ")
			n := len(rest) - len(strings.TrimLeft(rest, " \t")) + len(f)
			if f != format {
				out += rest[:n]
			}
			rest = rest[n:]
		}
		m.lines[lo].text = out
		for k := lo + 1; k < hi; k++ {
			for _, name := range []string{"rtpmap:", "fmtp:", "rtcp-fb:"} {
				if rest, ok := strings.CutPrefix(m.lines[k].text, "a="+name); ok {
					if f := refFields(rest); len(f) > 0 && f[0] == format {
						m.once(k, -1)
						m.lines[k].removed = true
					}
				}
			}
		}
	case 9:
		_ = e.IncrementVersion()
		k := origin()
		if k < 0 {
			m.fail(sipwire.ErrMissing)
			return
		}
		f := refFields(m.lines[k].text[2:])
		if len(f) < 6 {
			m.fail(sipwire.ErrValue)
			return
		}
		// The version is the fourth field from the end, as received.
		version := f[len(f)-4]
		if strings.Trim(version, "0123456789") != "" {
			m.fail(sipwire.ErrNumber)
			return
		}
		m.once(k, 200)
		m.setField(k, -4, increment(version))
	}
}

// increment adds one to a decimal number.
func increment(s string) string {
	b := []byte("0" + s)
	i := len(b) - 1
	for ; b[i] == '9'; i-- {
		b[i] = '0'
	}
	b[i]++
	return strings.TrimPrefix(string(b), "0")
}

// FuzzEdit makes random changes with an Edit and with the model.
func FuzzEdit(f *testing.F) {
	for i, s := range fuzzSeeds {
		f.Add([]byte(s), uint64(i), uint8(9))
		f.Add([]byte(s), uint64(i+100), uint8(3))
	}
	d, e := new(Description), new(Edit)
	f.Fuzz(func(t *testing.T, b []byte, seed uint64, steps uint8) {
		if d.Parse(b) != nil {
			if err := e.Begin(d); err != sipwire.ErrNotParsed {
				t.Fatalf("%q: Begin: %v", b, err)
			}
			return
		}
		compareEdits(t, d, e, b, seed, int(steps%12))
	})
}

func compareEdits(t *testing.T, d *Description, e *Edit, b []byte, seed uint64, steps int) {
	t.Helper()
	was := bytes.Clone(b)
	r := rand.New(rand.NewPCG(seed, 17))
	m := newModel(string(b))
	if err := e.Begin(d); err != nil {
		t.Fatalf("%q: Begin: %v", b, err)
	}
	for range steps {
		step(r, e, d, m)
	}
	prefix := []byte("prefix")
	out, err := e.AppendTo(prefix)
	code := sipwire.Code(0)
	errors.As(err, &code)
	// A conflict is found at the end, other errors at once; both are errors.
	if (code != 0) != (m.code != 0) {
		t.Fatalf("%q, seed %d: %v, want %v", b, seed, code, m.code)
	}
	n, _ := e.Len()
	if code != 0 {
		if e.Fault().Code != code || e.Fault().Offset > len(b) || len(out) != len(prefix) || n != 0 {
			t.Fatalf("%q, seed %d: fault %+v, %d bytes", b, seed, e.Fault(), len(out))
		}
		return
	}
	if got := string(out[len(prefix):]); got != m.String() || n != len(got) {
		t.Fatalf("%q, seed %d, %d steps:\n%q\nwant\n%q (Len %d)", b, seed, steps, got, m.String(), n)
	}
	if !bytes.Equal(b, was) {
		t.Fatal("the input was written to")
	}
}

// TestEdits runs the comparison over descriptions as they are sent.
func TestEdits(t *testing.T) {
	d, e := new(Description), new(Edit)
	for _, s := range fuzzSeeds {
		if d.Parse([]byte(s)) != nil {
			continue
		}
		for seed := range uint64(3000) {
			compareEdits(t, d, e, []byte(s), seed, 1+int(seed%6))
		}
	}
}

func TestAppendPort(t *testing.T) {
	for port := range 1 << 16 {
		if got := string(appendPort([]byte("x"), uint16(port))); got != "x"+strconv.Itoa(port) {
			t.Fatalf("%d is %q", port, got)
		}
	}
}
