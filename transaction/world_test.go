package transaction

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// What the tests share: a Layer whose sends are recorded, and messages.

const ms = time.Millisecond

var (
	udpPeer = Addr{IP: netip.MustParseAddrPort("192.0.2.1:5060"), Transport: header.TransportUDP, Flow: 7}
	tcpPeer = Addr{IP: netip.MustParseAddrPort("192.0.2.1:5060"), Transport: header.TransportTCP, Flow: 8}
)

// A world is a Layer, its clock and what it has sent.
type world struct {
	*Layer
	t    testing.TB
	at   time.Duration
	sent []string // start lines, without the version
	raw  [][]byte
	tos  []Addr
	m    codec.Message
}

func newWorld(t testing.TB, c Config) *world {
	w := &world{t: t, at: 1000 * ms}
	w.Layer = New(w, c)
	return w
}

func (w *world) Send(_ Handle, to Addr, b []byte) {
	line, _, _ := strings.Cut(string(b), "\r\n")
	if rest, ok := strings.CutPrefix(line, "SIP/2.0 "); ok {
		line = rest[:3]
	} else {
		line, _, _ = strings.Cut(line, " ")
	}
	w.sent = append(w.sent, line)
	w.raw = append(w.raw, append([]byte(nil), b...))
	w.tos = append(w.tos, to)
}

// take returns what was sent since the last take.
func (w *world) take() string {
	s := strings.Join(w.sent, " ")
	w.sent = w.sent[:0]
	return s
}

func (w *world) receive(s string, from Addr) Event {
	w.t.Helper()
	_ = w.m.Parse([]byte(s)) // the Layer sees the error
	ev := w.Receive(&w.m, from, w.at)
	w.check()
	return ev
}

// run advances the clock and returns the events, which are nearly always one.
func (w *world) run(d time.Duration) (events []Event) {
	w.at += d
	for ev, ok := w.Advance(w.at); ok; ev, ok = w.Advance(w.at) {
		events = append(events, ev)
	}
	w.check()
	return events
}

func (w *world) request(s string, to Addr) Handle {
	w.t.Helper()
	h, err := w.Request([]byte(s), to, 99, w.at)
	if err != nil {
		w.t.Fatalf("Request: %v", err)
	}
	return h
}

func (w *world) reply(h Handle, status int) error {
	err := w.Reply(h, nil, &compose.Reply{Status: status}, w.at)
	w.check()
	return err
}

// check holds the tables of the Layer against each other.
func (w *world) check() {
	w.t.Helper()
	if err := invariants(w.Layer); err != nil {
		w.t.Fatal(err)
	}
}

// invariants says what is wrong with the tables.
func invariants(l *Layer) error {
	live, timers, merge, held, sourced, waiting := 0, 0, 0, 0, 0, 0
	for i := range l.txs.Cap() {
		if !l.txs.InUse(i) {
			continue
		}
		live++
		t := l.txs.At(i)
		at, set := l.wheel.At(i)
		want := t.until
		if want == 0 || t.again != 0 && t.again < want {
			want = t.again
		}
		if t.limit != 0 && (want == 0 || t.limit < want) {
			want = t.limit
		}
		for at := t.older; at != 0; at = l.reliable.At(at - 1).next {
			waiting++
		}
		if l.fresh == i+1 {
			want, at = 0, 0 // it gets its timer later
		}
		if set != (want != 0) || set && at != max(want, min(at, l.wheel.Now())) {
			return fmt.Errorf("transaction %d in %v: timer %d %v, want %d", i, t.state, at, set, want)
		}
		if set {
			timers++
		}
		if !set && l.fresh != i+1 && t.state != Proceeding {
			return fmt.Errorf("transaction %d in %v has no timer and never ends", i, t.state)
		}
		if t.is(inMerge) {
			merge++
		}
		if t.source != 0 {
			sourced++
		}
		if l.fresh != i+1 {
			held += int(t.keyLen) + int(t.reqLen) + int(t.respLen)
		}
		l.key = append(l.key[:0], l.bytes(t.key, t.mergeAt)...)
		if j, _ := l.find(l.hash(l.key)); j != i {
			return fmt.Errorf("transaction %d is not found by its key", i)
		}
	}
	counted := 0
	for i := range l.sources.Cap() {
		if l.sources.InUse(i) {
			counted += l.sources.At(i).count
		}
	}
	switch {
	case live != l.txs.Len(), live != l.byKey.Len(), timers != l.wheel.Len(), merge != l.byMerge.Len():
		return fmt.Errorf("%d transactions: slab %d, keys %d, timers %d of %d, merge keys %d of %d",
			live, l.txs.Len(), l.byKey.Len(), timers, l.wheel.Len(), merge, l.byMerge.Len())
	case waiting != l.reliable.Len():
		return fmt.Errorf("%d responses wait for a PRACK, %d are kept", waiting, l.reliable.Len())
	case held > l.mem.Used():
		return fmt.Errorf("%d bytes of messages in %d", held, l.mem.Used())
	case live == 0 && l.mem.Used() != 0:
		return fmt.Errorf("%d bytes are kept for nothing", l.mem.Used())
	case counted != sourced:
		return fmt.Errorf("%d transactions have a source, %d are counted", sourced, counted)
	case live > l.config.MaxTransactions, l.mem.Held() > l.mem.MaxBlocks<<16*5/4+16<<16:
		return fmt.Errorf("%d transactions and %d bytes are beyond the limits", live, l.mem.Held())
	}
	return nil
}

// msg is a message made from a start line and extra header lines.
func msg(start, branch, cseq string, extra ...string) string {
	to := "To: <sip:bob@example.com>"
	for i, e := range extra {
		if strings.HasPrefix(e, "To:") {
			to, extra[i] = e, "X: x"
		}
	}
	s := start + "\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=" + branch + "\r\nMax-Forwards: 70\r\nFrom: <sip:alice@example.com>;tag=a1\r\n" +
		to + "\r\nCall-ID: c1\r\nCSeq: " + cseq + "\r\nContact: <sip:alice@192.0.2.1>\r\n"
	for _, e := range extra {
		s += e + "\r\n"
	}
	return s + "Content-Length: 0\r\n\r\n"
}

func req(method string, extra ...string) string {
	return msg(method+" sip:bob@example.com SIP/2.0", "z9hG4bK1", "1 "+method, extra...)
}

func resp(status int, method string, extra ...string) string {
	return msg(fmt.Sprintf("SIP/2.0 %d X", status), "z9hG4bK1", "1 "+method, append(extra, "To: <sip:bob@example.com>;tag=b1")...)
}
