package codec

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestEditOrder makes few and many changes in random orders: what is written must not
// depend on the order.
func TestEditOrder(t *testing.T) {
	const fields = 60
	var msg strings.Builder
	msg.WriteString("OPTIONS sip:a@example.com SIP/2.0\r\n")
	for i := range fields {
		fmt.Fprintf(&msg, "X-%d: %d\r\n", i, i)
	}
	msg.WriteString("\r\n")
	var m Message
	if err := m.Parse([]byte(msg.String())); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(20, 28))
	var e Edit
	for n := range fields + 1 {
		changed := r.Perm(fields)[:n]
		want := msg.String()
		if err := e.Begin(&m); err != nil {
			t.Fatal(err)
		}
		for _, i := range changed {
			value := strings.Repeat("v", r.IntN(20))
			if err := e.SetAt(i, []byte(value)); err != nil {
				t.Fatal(err)
			}
			want = strings.Replace(want, fmt.Sprintf("X-%d: %d\r", i, i), fmt.Sprintf("X-%d: %s\r", i, value), 1)
		}
		segments, err := e.AppendSegments(nil)
		if got := join(segments); err != nil || got != want {
			t.Fatalf("%d changes, in segments, %v:\n%s\nwant\n%s", n, err, got, want)
		}
		if got, err := e.AppendTo(nil); err != nil || string(got) != want {
			t.Fatalf("%d changes, %v:\n%s\nwant\n%s", n, err, got, want)
		}
	}
}

func join(segments [][]byte) string {
	var b strings.Builder
	for _, s := range segments {
		b.Write(s)
	}
	return b.String()
}
