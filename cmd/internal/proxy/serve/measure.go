package serve

import (
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/udp"
)

const (
	// measureTime is how long a worker counts before it measures.
	measureTime = 10 * time.Millisecond
	// smallBatch is how many packets are worked on so soon, and take so little of the
	// smallest buffer, that nothing is measured when they have emptied the socket.
	smallBatch = 32
)

// A meter measures how long packets wait in a socket, by when the packet came that was
// read last. Only when packets are left in the socket does it ask the system for that.
//
// Where the system does not know, it is estimated from the bytes that wait and how fast
// packets are read. That is far from exact on Linux: runs are charged less than the
// packets they have, and what was read may be charged for a time.
type meter struct {
	socket *udp.Socket
	gate   *admission.Gate
	stamp  *stamp
	buffer int // bytes that may wait

	errorsRead *atomic.Uint32 // from the socket
	errorsSeen uint32         // what it was before the batch at hand was read

	// quiet is when the last batch had emptied the socket, zero when it had not, or
	// nothing is refused.
	quiet   time.Time
	emptied bool // nothing was left in the socket when the batch at hand was read
	small   bool // and it is at most smallBatch: it is not measured

	since time.Time // when batches began to leave packets, zero when the last did not
	count int       // of packets since then
	bytes int       // of them
}

func newMeter(s *udp.Socket, g *admission.Gate, errorsRead *atomic.Uint32) meter {
	recv, _, _ := s.Buffers() // 0 where it is not known: no measurement then
	return meter{socket: s, gate: g, stamp: newStamp(s), buffer: recv.Granted, errorsRead: errorsRead}
}

// wait is called before a batch is read.
func (m *meter) wait() { m.errorsSeen = m.errorsRead.Load() }

// age returns for how long the packet that was read last has been here, if that is
// known. After an error was read, the system answers with when that came.
func (m *meter) age(now time.Time) (d time.Duration, ok bool) {
	d, ok = m.stamp.age(now)
	return d, ok && m.errorsRead.Load() == m.errorsSeen
}

// begin is called when a batch was read, before it is worked on. When nothing is left in
// the socket, nothing waited for longer than the batch takes, and nothing is measured,
// unless it is a large one, as with runs (UDP_GRO). A small buffer that is full may hold
// fewer runs, or large packets, than one Read takes, so that each Read empties it however
// many are lost: such a batch is measured by itself, with what has come since it was read.
func (m *meter) begin(packets []udp.Packet, emptied bool) {
	m.emptied, m.small = emptied, emptied && len(packets) <= smallBatch
	if !m.quiet.IsZero() {
		m.gate.Idle(time.Since(m.quiet))
		m.quiet = time.Time{}
	}
	if emptied {
		m.since, m.count, m.bytes = time.Time{}, 0, 0
		if !m.small {
			m.since = time.Now()
		}
	}
}

// note is called when a chunk of the batch was worked on. left is how many packets of the
// batch are behind it.
func (m *meter) note(packets []udp.Packet, left int) {
	if m.small {
		if m.gate.Level() > 0 {
			m.quiet = time.Now()
			m.gate.Observe(m.quiet, 0)
		}
		return
	}
	now := time.Now()
	last := m.emptied && left == 0
	if last && m.gate.Level() > 0 {
		m.quiet = now
	}
	if m.since.IsZero() {
		m.since = now
		return
	}
	m.count += len(packets)
	m.bytes += len(packets[0].Data) * len(packets) // one of them stands for all
	took := now.Sub(m.since)
	if took < measureTime && !last {
		return
	}
	waiting, ok := m.socket.R.Waiting()
	if !ok {
		return
	}
	age, known := m.age(now)
	m.gate.Observe(now, m.delay(waiting, left, took, age, known))
	if m.since, m.count, m.bytes = now, 0, 0; last {
		m.since = time.Time{}
	}
}

// delay returns how long packets wait. When the age of the last one of the batch is known,
// it is how long that one waits, which has left packets to be worked on before it. Else it
// is how long the last one in the socket waits: of packets that wait as runs, which the
// system charges less for, there are up to twice as many as it counts, and up to four
// times as many when they are short. A buffer that is half full
// is as bad as a delay above the longest that is wanted, and a full one as more than twice
// that: a fast proxy loses packets before any has waited for long.
func (m *meter) delay(waiting, left int, took, age time.Duration, known bool) time.Duration {
	each := took / time.Duration(m.count)
	d := age + each*time.Duration(left)
	if !known {
		d = each * time.Duration(left+udp.Buffer{Granted: waiting}.Packets(m.bytes/m.count))
	}
	if m.buffer > 0 {
		d = max(d, time.Duration(2.2*float64(waiting)/float64(m.buffer)*float64(m.gate.Limit())))
	}
	return d
}
