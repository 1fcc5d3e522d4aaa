package codec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// canary fills what AppendTo must not touch.
const canary = 0xa5

// checkWrite makes random changes of a message, and writes the result with and
// without room behind it: both must be what the segments are, which are put
// together without a copy that goes too far, and nothing else in dst may
// change.
func checkWrite(t *testing.T, r *rand.Rand, e *Edit, m *Message) {
	t.Helper()
	if err := e.Begin(m); err != nil {
		t.Fatal(err)
	}
	text := func(n int) []byte { return bytes.Repeat([]byte{'a' + byte(r.IntN(26))}, n) }
	for range r.IntN(2 * maxKept) {
		// Of any length, about a block, and as long as what was there.
		n := []int{r.IntN(300), shortRun - 8 + r.IntN(10), 0}[r.IntN(3)]
		switch i := r.IntN(max(m.Len(), 1)); {
		case m.Len() == 0:
			_ = e.AddField(Top(), []byte("X-0"), text(n))
		case r.IntN(2) == 0 && e.claims[i] == 0 && e.changeable(i):
			if n == 0 {
				n = len(m.At(i).Value)
			}
			_ = e.SetAt(i, text(n))
		case r.IntN(3) == 0 && e.claims[i] == 0 && e.changeable(i):
			_ = e.RemoveAt(i)
		case r.IntN(4) == 0:
			_ = e.RemoveValue(m.At(i).ID, 0)
		case r.IntN(2) == 0:
			_ = e.PushVia(bobVia)
		default:
			_ = e.AddField(Before(i), []byte("X-0"), text(n))
		}
		if e.Err() != nil {
			if err := e.Begin(m); err != nil { // it was Content-Length
				t.Fatal(err)
			}
		}
	}
	if r.IntN(4) == 0 {
		_ = e.SetBody([]byte("a/b"), text(r.IntN(300)))
		if e.Err() != nil {
			_ = e.Begin(m)
		}
	}
	pieces, err := e.AppendSegments(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := bytes.Join(pieces, nil)
	size := e.Size()
	for _, room := range []int{0, 1, shortRun, 3 * shortRun} {
		all := bytes.Repeat([]byte{canary}, 5+size+room)
		got, err := e.AppendTo(all[: 5 : 5+size+room])
		if err != nil || len(got) != 5+size || &got[0] != &all[0] || !bytes.Equal(got[5:], want) {
			t.Fatalf("%q: %v, %d bytes, size %d\ngot  %q\nwant %q", m.Bytes(), err, len(got)-5, size, got[5:], want)
		}
		for i, c := range all {
			if (i < 5 || i >= 5+size) && c != canary {
				t.Fatalf("%q: byte %d of %d before, %d written and %d behind changed", m.Bytes(), i, 5, size, room)
			}
		}
	}
}

func TestEditWrite(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 1))
	var e Edit
	for _, b := range append(typedInputs(t), []byte(editMsg), []byte("A b:c SIP/2.0\r\n\r\n"), []byte("A b:c SIP/2.0\r\nVia: x\r\nMax-Forwards: 70\r\nl: 0\r\n\r\n")) {
		m := new(Message)
		if m.Parse(b) != nil {
			continue
		}
		for range 50 {
			checkWrite(t, r, &e, m)
		}
	}
}

// TestEditKept has changes that keep the length of what they replace, between,
// in front of and behind others.
func TestEditKept(t *testing.T) {
	const in = "A b:c SIP/2.0\r\n1: 1\r\n2: 22\r\n3: 333\r\n4: \r\n\r\nbody"
	lines := []string{"1: 1\r\n", "2: 22\r\n", "3: 333\r\n", "4: \r\n"}
	kept := []string{"1: x\r\n", "2: yy\r\n", "3: zzz\r\n", "4: \r\n"}
	// Each field is left, kept, made longer, removed or gets one in front.
	for n := range 5 * 5 * 5 * 5 {
		want := "A b:c SIP/2.0\r\n"
		got := edited(t, in, func(e *Edit) {
			for i, k := 0, n; i < 4; i, k = i+1, k/5 {
				switch k % 5 {
				case 0:
					want += lines[i]
				case 1:
					_ = e.SetAt(i, []byte(kept[i][3:len(kept[i])-2]))
					want += kept[i]
				case 2:
					_ = e.SetAt(i, []byte("longer"))
					want += lines[i][:3] + "longer\r\n"
				case 3:
					_ = e.RemoveAt(i)
				case 4:
					_ = e.AddField(Before(i), []byte("0"), nil)
					want += "0: \r\n" + lines[i]
				}
			}
		})
		if want += "\r\nbody"; got != want {
			t.Fatalf("case %d:\ngot  %q\nwant %q", n, got, want)
		}
	}
}

// TestDecrement decrements every number of up to three digits, with and without
// zeros in front.
func TestDecrement(t *testing.T) {
	for n := range 1000 {
		for _, format := range []string{"%d", "%02d", "%03d", " %d ", "%d\r\n ", "%dx", "x%d"} {
			value := fmt.Sprintf(format, n)
			var e Edit
			if err := e.Begin(whole(t, "A b:c SIP/2.0\r\nMax-Forwards: "+value+"\r\nA: b\r\n\r\n")); err != nil {
				t.Fatal(err)
			}
			_ = e.DecrementMaxForwards()
			out, err := e.AppendTo(nil)
			digits := strings.TrimSpace(value)
			if bad := strings.Contains(value, "x") || n == 0 || n > 255; bad != (err != nil) {
				t.Fatalf("%q: %q, %v", value, out, err)
			} else if bad {
				continue
			}
			want := "A b:c SIP/2.0\r\nMax-Forwards: " + strings.Replace(value, digits, strconv.Itoa(n-1), 1) + "\r\nA: b\r\n\r\n"
			if string(out) != want {
				t.Fatalf("%q: %q, want %q", value, out, want)
			}
		}
	}
}

// TestPushViaAgain pushes Vias one after another through one Edit, which keeps
// the start of the last one: it must never be taken for another one, nor for
// one whose bytes the caller has changed since.
func TestPushViaAgain(t *testing.T) {
	m := whole(t, "A b:c SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n\r\n")
	var e Edit
	push := func(v *ViaSpec) (string, error) {
		if err := e.Begin(m); err != nil {
			t.Fatal(err)
		}
		_ = e.PushVia(v)
		out, err := e.AppendTo(nil)
		return string(out), err
	}
	hosts := []string{"p.example", "q.example", "p.examplf", "p.exampl", "192.0.2.1", "[2001:db8::1]", "a", "", "-", "p.example\r\nX: y", "p.example ", "p example",
		strings.Repeat("long.", 5), strings.Repeat("long.", 50)}
	addrs := []netip.Addr{{}, netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2"), netip.MustParseAddr("2001:db8::1"),
		netip.MustParseAddr("::ffff:192.0.2.1"), netip.MustParseAddr("fe80::1%eth0"), netip.MustParseAddr("1111:2222:3333:4444:5555:6666:7777:8888")}
	params := [][]Param{nil, {{Name: []byte("alias")}}, {{Name: []byte("keep"), Value: []byte("30")}, {Name: []byte("x"), Value: []byte("a b")}},
		{{Name: []byte("a;b")}}, {{Name: []byte("received"), Value: []byte("192.0.2.9")}}, {{Name: []byte("x"), Value: []byte("\r\n")}}}
	branches := []string{"z9hG4bKp", "z9hG4bK", "z9hG4bKa;x", "z9hG4bK\r\nX: y", "", "z9hG4b", "z9hG4bK" + strings.Repeat("x", 300)}
	r := rand.New(rand.NewPCG(8, 2))
	host := make([]byte, 0, 512)
	for range 20000 {
		host = append(host[:0], hosts[r.IntN(len(hosts))]...) // the same memory each time
		v := &ViaSpec{Transport: header.Transport(r.IntN(10)), Host: host, Port: []uint16{0, 5060, 65535}[r.IntN(3)],
			Branch: []byte(branches[r.IntN(len(branches))]), RPort: r.IntN(2) == 0}
		if r.IntN(3) == 0 {
			v.Addr = addrs[r.IntN(len(addrs))]
			if r.IntN(5) > 0 {
				v.Host = nil
			}
		}
		if r.IntN(4) == 0 {
			v.Params = params[r.IntN(len(params))]
		}
		if r.IntN(2) == 0 {
			v.Transport, v.Port, v.RPort = header.TransportUDP, 5060, false // as the one before may have
		}
		got, err := push(v)
		value, err2 := v.AppendTo(nil)
		code, _ := err2.(sipwire.Code)
		if code != 0 {
			if err != code || got != "" {
				t.Fatalf("%+v: %q with %v, want %v", v, got, err, code)
			}
			continue
		}
		want := "A b:c SIP/2.0\r\nVia: " + string(value) + "\r\nVia: SIP/2.0/UDP a\r\n\r\n"
		if err != nil || got != want {
			t.Fatalf("%+v: %v\ngot  %q\nwant %q", v, err, got, want)
		}
	}
}
