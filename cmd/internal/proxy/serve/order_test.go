package serve

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/udp"
)

// A batch is what is sent, with the call of each message.
type sentBatch struct {
	o     order
	out   []udp.Datagram
	ends  []fate
	calls []string
}

func newBatch() *sentBatch { return &sentBatch{o: order{seed: maphash.MakeSeed()}} }

// add puts a message of so many bytes into the batch. Its number is its kind,
// so that the test finds it again.
func (b *sentBatch) add(call string, to netip.AddrPort, size int) {
	b.o.note([]byte(call))
	b.out = append(b.out, udp.Datagram{Data: make([]byte, size), Dst: to})
	b.ends = append(b.ends, fate{kind: forward.Kind(len(b.ends))})
	b.calls = append(b.calls, call)
}

// sends returns how many sends a batch takes, as udp.Writer counts runs.
func sends(out []udp.Datagram) (n int) {
	for i := 0; i < len(out); n++ {
		first := out[i]
		for i++; i < len(out) && out[i].Dst == first.Dst && len(out[i].Data) <= len(first.Data); {
			i++
			if len(out[i-1].Data) < len(first.Data) {
				break
			}
		}
	}
	return n
}

var (
	oneHost   = netip.MustParseAddrPort("192.0.2.1:5060")
	otherPort = netip.MustParseAddrPort("192.0.2.1:5061")
	v6Host    = netip.MustParseAddrPort("[2001:db8::1]:5060")
)

// TestOrder: what goes to one address with one length is side by side, the
// longest first, and messages of one call to one address stay in their order.
func TestOrder(t *testing.T) {
	b := newBatch()
	b.o.begin()
	for i := range 12 {
		b.add(fmt.Sprint("call-", i), []netip.AddrPort{oneHost, otherPort, v6Host}[i%3], 300+300*(i%2))
	}
	out, ends := b.o.arrange(b.out, b.ends)
	if n := sends(out); n != 6 && n != 3 {
		t.Errorf("%d sends for two lengths to three addresses", n)
	}
	if before := sends(b.out); before != 12 {
		t.Errorf("%d sends without an order", before)
	}
	for i, e := range ends {
		if k := int(e.kind); out[i].Dst != b.out[k].Dst || len(out[i].Data) != len(b.out[k].Data) {
			t.Errorf("message %d has the fate of another one", i)
		}
	}
	// The CANCEL of a call is shorter than its INVITE, and an UPDATE longer than
	// an ACK: neither overtakes.
	for _, sizes := range [][2]int{{600, 300}, {300, 600}} {
		b := newBatch()
		b.o.begin()
		b.add("one", oneHost, sizes[0])
		b.add("two", oneHost, 400)
		b.add("one", oneHost, sizes[1])
		b.add("one", otherPort, 500)
		first, second := -1, -1
		_, ends := b.o.arrange(b.out, b.ends)
		for i, e := range ends {
			switch e.kind {
			case 0:
				first = i
			case 2:
				second = i
			}
		}
		if first > second {
			t.Errorf("of %v the second overtakes the first", sizes)
		}
	}
}

// TestOrderOneAddress: what goes to one address by falling length is left as it is, and
// what does not is sorted.
func TestOrderOneAddress(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		sends int
	}{{[]int{600, 600, 600, 400}, 1}, {[]int{600, 400, 600, 400}, 2}, {[]int{300, 600, 300, 600, 300}, 2}} {
		b := newBatch()
		b.o.begin()
		for i, size := range c.sizes {
			b.add(fmt.Sprint("call-", i), oneHost, size)
		}
		out, _ := b.o.arrange(b.out, b.ends)
		if n := sends(out); n > c.sends {
			t.Errorf("%v: %d sends, want %d", c.sizes, n, c.sends)
		}
		if same := &out[0] == &b.out[0]; same != slices.IsSortedFunc(c.sizes, func(a, b int) int { return b - a }) {
			t.Errorf("%v: left as it is: %v", c.sizes, same)
		}
	}
}

// TestOrderRandom: nothing is lost or sent twice, whatever the batch, and no
// message overtakes one of its call.
func TestOrderRandom(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	b := newBatch()
	for range 60 {
		b.out, b.ends, b.calls = b.out[:0], b.ends[:0], b.calls[:0]
		b.o.begin()
		number := map[*byte]int{}
		for i := range r.IntN(200) {
			b.add(fmt.Sprint(r.IntN(40)), []netip.AddrPort{oneHost, otherPort, v6Host}[r.IntN(3)], 1+r.IntN(5))
			number[&b.out[i].Data[0]] = i
		}
		out, _ := b.o.arrange(b.out, b.ends)
		if len(out) != len(b.out) {
			t.Fatalf("%d messages of %d", len(out), len(b.out))
		}
		last := map[string]int{}
		seen := map[int]bool{}
		for _, d := range out {
			i := number[&d.Data[0]]
			key := fmt.Sprint(b.calls[i], d.Dst)
			if at, ok := last[key]; ok && at > i {
				t.Fatalf("message %d overtakes %d", at, i)
			}
			if seen[i] {
				t.Fatalf("message %d is sent twice", i)
			}
			last[key], seen[i] = i, true
		}
	}
}
