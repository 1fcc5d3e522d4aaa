package serve

import (
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/udp"
)

// measureTime is how long a worker counts before it measures.
const measureTime = 10 * time.Millisecond

// A meter measures how long packets wait in a socket: what waits, by what the
// worker reads in a time. No packet carries a time, which would cost a tenth of
// what forwarding it costs.
type meter struct {
	socket *udp.Socket
	gate   *admission.Gate
	buffer int // bytes that may wait

	// quiet is when the last batch had emptied the socket, zero when it had not, or
	// nothing is refused.
	quiet time.Time
	began time.Time // when the last batch with runs was read

	since time.Time // when batches began to leave packets, zero when the last did not
	count int       // of packets since then
	bytes int       // of them
}

func newMeter(s *udp.Socket, g *admission.Gate) meter {
	recv, _, _ := s.Buffers() // 0 where it is not known: no measurement then
	return meter{socket: s, gate: g, buffer: recv.Granted}
}

// begin is called when a batch was read, before it is worked on. Only one with runs
// (UDP_GRO) has more packets than a Read takes kernel messages.
func (m *meter) begin(packets []udp.Packet) {
	if len(packets) > udp.DefaultBatch {
		m.began = time.Now()
	}
	if !m.quiet.IsZero() {
		m.gate.Idle(time.Since(m.quiet))
		m.quiet = time.Time{}
	}
}

// note looks at a batch that was worked on. emptied says that nothing was left in the
// socket when it was read: then nothing waited for longer than the batch took, and
// nothing is measured, unless it has runs. A small buffer that is full may hold fewer
// of them than one Read takes, so that each Read empties it however many are lost: such
// a batch is measured by itself, with what has come since it was read.
func (m *meter) note(packets []udp.Packet, emptied bool) {
	if emptied && len(packets) <= udp.DefaultBatch {
		m.since, m.count, m.bytes = time.Time{}, 0, 0
		if m.gate.Level() > 0 {
			m.quiet = time.Now()
			m.gate.Observe(m.quiet, 0)
		}
		return
	}
	now := time.Now()
	if emptied {
		m.since, m.count, m.bytes = m.began, 0, 0
		if m.gate.Level() > 0 {
			m.quiet = now
		}
	} else if m.since.IsZero() {
		m.since = now
		return
	}
	m.count += len(packets)
	m.bytes += len(packets[0].Data) * len(packets) // one of them stands for all
	took := now.Sub(m.since)
	if took < measureTime && !emptied {
		return
	}
	waiting, ok := m.socket.R.Waiting()
	if !ok {
		return
	}
	m.gate.Observe(now, m.delay(waiting, took))
	m.since, m.count, m.bytes = now, 0, 0
	if emptied {
		m.since = time.Time{}
	}
}

// delay returns how long the last packet in the socket waits. Of packets that wait as
// runs, which the system charges less for, there are up to twice as many as it counts,
// and up to four times as many when they are short. A buffer that is half full is as
// bad as a delay above the longest that is wanted, and a full one as more than twice
// that: a fast proxy loses packets before any has waited for long.
func (m *meter) delay(waiting int, took time.Duration) time.Duration {
	n := udp.Buffer{Granted: waiting}.Packets(m.bytes / m.count)
	d := took / time.Duration(m.count) * time.Duration(n)
	if m.buffer > 0 {
		d = max(d, time.Duration(2.2*float64(waiting)/float64(m.buffer)*float64(m.gate.Limit())))
	}
	return d
}
