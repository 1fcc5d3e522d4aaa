package codec

import (
	"testing"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
	"github.com/sipwire/sipwire/uri"
)

// shuffled parses n requests that no predictor learns.
func shuffled(tb testing.TB, n int) (messages []*Message) {
	for _, b := range testfiles.Requests(n) {
		m := new(Message)
		if err := m.Parse(b); err != nil {
			tb.Fatalf("%q: %v", b, err)
		}
		messages = append(messages, m)
	}
	return messages
}

// forget makes the typed values be read again, as a message that was just
// parsed has them.
func forget(m *Message) { m.typed.reset() }

// BenchmarkProxyFields parses messages one after the other into one Message
// and reads what a proxy needs; what fields=none takes is the parse alone.
func BenchmarkProxyFields(b *testing.B) {
	messages := shuffled(b, 1024)
	m := new(Message)
	for _, fields := range []string{"none", "proxy"} {
		b.Run("fields="+fields, func(b *testing.B) {
			b.ReportAllocs()
			i, sum := 0, 0
			for b.Loop() {
				if err := m.Parse(messages[i%len(messages)].Bytes()); err != nil {
					b.Fatal(err)
				}
				i++
				if fields == "proxy" {
					sum += proxyFields(b, m)
				}
			}
			sink1 = sum
		})
	}
}

var sink1 int

func proxyFields(tb testing.TB, m *Message) int {
	u, err1 := m.RequestURI()
	via, err2 := m.TopVia()
	from, err3 := m.From()
	to, err4 := m.To()
	cseq, err5 := m.CSeq()
	id, err6 := m.CallID()
	hops, err7 := m.MaxForwards()
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil || err5 != nil || err6 != nil || err7 != nil {
		tb.Fatal(err1, err2, err3, err4, err5, err6, err7)
	}
	port, _ := u.Port()
	viaPort, _ := via.Port()
	return len(u.User()) + len(u.Host()) + int(port) + len(via.Host()) + int(viaPort) + len(via.Branch()) +
		len(from.Tag()) + len(to.Tag()) + int(cseq.Number()) + len(id) + int(hops)
}

// BenchmarkTyped reads one value at a time of a parsed message.
func BenchmarkTyped(b *testing.B) {
	messages := shuffled(b, 1024)
	for _, c := range []struct {
		name string
		ask  func(m *Message) bool
	}{
		{"RequestURI", func(m *Message) bool { _, err := m.RequestURI(); return err == nil }},
		{"TopVia", func(m *Message) bool { _, err := m.TopVia(); return err == nil }},
		{"From", func(m *Message) bool { _, err := m.From(); return err == nil }},
		{"To", func(m *Message) bool { _, err := m.To(); return err == nil }},
		{"CSeq", func(m *Message) bool { _, err := m.CSeq(); return err == nil }},
		{"CallID", func(m *Message) bool { _, err := m.CallID(); return err == nil }},
		{"MaxForwards", func(m *Message) bool { _, err := m.MaxForwards(); return err == nil }},
		{"RemoteTarget", func(m *Message) bool { _, err := m.RemoteTarget(); return err == nil }},
		{"Vias", func(m *Message) bool {
			ok := true
			for _, err := range m.Vias() {
				ok = ok && err == nil
			}
			return ok
		}},
		{"NextHop", func(m *Message) bool { h, err := m.NextHop(selfNever); kept = h; return err == nil }},
		{"Find", func(m *Message) bool { return kept.Find(m, selfNever) == nil }},
		{"TransactionHash", func(m *Message) bool { _, err := m.TransactionHash(1); return err == nil }},
		{"DialogHash", func(m *Message) bool { _, err := m.DialogHash(1, Either); return err == nil }},
		{"LoopHash", func(m *Message) bool { return m.LoopHash(1) != 0 }},
		{"again=From", func(m *Message) bool {
			m.From()
			_, err := m.From()
			return err == nil
		}},
	} {
		b.Run("read="+c.name, func(b *testing.B) {
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				m := messages[i%len(messages)]
				i++
				forget(m)
				if !c.ask(m) {
					b.Fatalf("%q", m.Bytes())
				}
			}
		})
	}
}

// TestShuffled holds the benchmark's messages to what they are made of.
func TestShuffled(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range shuffled(t, 256) {
		if proxyFields(t, m) == 0 || m.Duplicate() >= 0 || !m.Has(header.IDVia) {
			t.Errorf("%q", m.Bytes())
		}
		seen[string(m.Bytes())] = true
	}
	if len(seen) != 256 {
		t.Errorf("%d different messages", len(seen))
	}
}

// kept is the Hop of a proxy that keeps one.
var kept Hop

func selfNever(*uri.URI) bool { return false }
