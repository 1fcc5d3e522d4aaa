package udp

import (
	"net"
	"sync"
)

// Queue hands packets from readers to the goroutine of one worker, without
// copying their bytes: what goes through it is held (see [Packet.Hold]) until
// the worker releases it. Any number of goroutines may put, one takes. Putting
// and taking allocate nothing.
type Queue struct {
	_ noCopy

	mu      sync.Mutex
	more    sync.Cond
	ring    []Packet
	head, n int
	waiting bool
	closed  bool
	full    uint64
}

// NewQueue returns a queue for up to n packets. The Config.Held of each reader
// that puts should be the sum of what may wait in its queues and be in the
// workers' hands.
func NewQueue(n int) *Queue {
	q := &Queue{ring: make([]Packet, max(n, 1))}
	q.more.L = &q.mu
	return q
}

// Put holds p and puts it in the queue. It must be called by the goroutine that
// read p. It returns false, and p is the caller's as before, when the queue is
// full or closed or no hold is left: the caller then handles the packet itself,
// or drops it knowingly (a SIP request that is not answered comes again:
// RFC 3261, 17.1). Put never waits.
func (q *Queue) Put(p *Packet) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.n == len(q.ring) {
		q.full++
		return false
	}
	if !p.Hold() {
		return false
	}
	at := q.head + q.n
	if at >= len(q.ring) {
		at -= len(q.ring)
	}
	q.ring[at] = *p
	q.n++
	if q.waiting {
		q.waiting = false
		q.more.Signal()
	}
	return true
}

// Take waits for packets and moves up to len(dst) of them to dst, in the order
// in which they were put. The caller releases each. When the queue is closed and
// empty it returns net.ErrClosed.
func (q *Queue) Take(dst []Packet) (n int, err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 {
		if q.closed {
			return 0, net.ErrClosed
		}
		if len(dst) == 0 {
			return 0, nil
		}
		q.waiting = true
		q.more.Wait()
	}
	for n < len(dst) && q.n > 0 {
		dst[n] = q.ring[q.head]
		q.ring[q.head] = Packet{}
		if q.head++; q.head == len(q.ring) {
			q.head = 0
		}
		q.n--
		n++
	}
	return n, nil
}

// Close makes Put refuse and, once what is in the queue has been taken, Take
// fail.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.more.Broadcast()
}

// Full returns how often Put refused because the queue was full or closed.
func (q *Queue) Full() uint64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.full
}
