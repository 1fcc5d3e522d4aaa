package sipwire_test

import (
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// pieces are what hostile messages are made of besides those of good ones.
var pieces = []string{"\r\n", "\r", "\n", "\x00", "\r\n ", "\r\n\r\n", ":", ",", ";", "\"", "\\", "<", ">", "@", "=", "%", "[", "]", "(", "?", " ", "\t", "\xff", "SIP/2.0",
	"Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n", "l: 99999999999\r\n", ";tag=", ";received=", ";rport", "sip:", "<sip:a@b>", "z9hG4bK", "4294967296", "2147483648", "*", "Contact: *\r\n"}

// mutate makes a hostile message of a good one in dst.
func mutate(r *rand.Rand, dst, good []byte) []byte {
	dst = append(dst[:0], good...)
	for range 1 + r.IntN(6) {
		if len(dst) == 0 {
			break
		}
		i := r.IntN(len(dst))
		j := min(len(dst), i+r.IntN(40))
		switch r.IntN(5) {
		case 0:
			dst[i] = byte(r.IntN(256))
		case 1:
			dst = append(dst[:i], dst[j:]...)
		case 2: // a part once more
			dst = append(dst, dst[i:j]...)
			copy(dst[j+j-i:], dst[j:len(dst)-(j-i)])
			copy(dst[j:], dst[i:j])
		default:
			p := pieces[r.IntN(len(pieces))]
			dst = append(dst, p...)
			copy(dst[i+len(p):], dst[i:len(dst)-len(p)])
			copy(dst[i:], p)
		}
	}
	return dst
}

// TestHostileHeap sends hostile messages through what a proxy and a server do
// with each, by every level of strictness, and asks that the heap does not grow
// and that next to nothing is allocated. SIPWIRE_HOSTILE sets how many; ten
// million take some minutes.
func TestHostileHeap(t *testing.T) {
	n := 200_000
	if testing.Short() {
		n = 20_000
	}
	if s := os.Getenv("SIPWIRE_HOSTILE"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	good := append(testfiles.Requests(50), testfiles.Own(t)...)
	if len(good) < 60 {
		t.Fatalf("%d messages to begin with", len(good))
	}
	r := rand.New(rand.NewPCG(14, 10))
	m := codec.Acquire()
	defer codec.Release(m)
	var (
		e       codec.Edit
		in, out []byte
		key     = compose.NewKey()
		src     = netip.MustParseAddrPort("192.0.2.9:5060")
		via     = codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("p.example"), Branch: []byte("z9hG4bKp")}
		reply   = compose.Reply{Status: 400, Tag: []byte("t"), Source: src}
		parsers [3]codec.Parser
		parsed  int
	)
	for i := range parsers {
		parsers[i].Strictness = codec.Strictness(i)
	}
	one := func() {
		in = mutate(r, in, good[r.IntN(len(good))])
		if parsers[r.IntN(3)].Parse(m, in) == nil {
			parsed++
			_ = e.Begin(m)
			_ = e.SetReceived(src)
			_ = e.DecrementMaxForwards()
			_ = e.PushVia(&via)
			out, _ = e.AppendTo(out[:0])
		}
		for range m.Vias() {
		}
		for range m.Contacts() {
		}
		_, _ = m.FromURI()
		_, _ = m.ToURI()
		_, _ = m.RemoteTarget()
		_, _ = m.TransactionHash(1)
		_, _ = m.DialogHash(1, codec.Either)
		_, _ = m.ResponseDestination(src)
		out, _ = key.AppendBranch(out[:0], m)
		out, _ = compose.AppendReply(out[:0], m, &reply)
		out, _ = compose.AppendCancel(out[:0], m)
		for range m.Controls() {
		}
	}
	for range 5000 { // what grows, grows now
		one()
	}
	before := heap()
	for range n {
		one()
	}
	after := heap()
	grown := int64(after.HeapAlloc) - int64(before.HeapAlloc)
	mallocs := after.Mallocs - before.Mallocs
	t.Logf("%d messages, %d parse; the heap grew by %d bytes, %d allocations", n, parsed, grown, mallocs)
	if grown > 1<<20 || mallocs > uint64(n)/1000+500 {
		t.Errorf("%d messages: the heap grew by %d bytes, %d allocations", n, grown, mallocs)
	}
	if parsed < n/20 || parsed > n*19/20 {
		t.Errorf("%d of %d messages parse", parsed, n)
	}
}

func heap() (s runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&s)
	return s
}
