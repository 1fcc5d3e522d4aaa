package admission

import (
	"container/heap"
	"time"

	"github.com/sipwire/sipwire/codec"
)

// A world is a proxy with one worker, its clients and a callee, in simulated
// time: what a packet costs is given, and no clock is read.
type world struct {
	gate   *Gate
	prices prices
	// What ends well counts after warmUp, for the time measured.
	warmUp, measured time.Duration
	speed            func(now time.Duration) float64 // 1 when it is nil
	now              time.Duration
	events           events

	queue []packet      // in the socket
	stamp time.Duration // when the last packet that was read came
	busy  bool          // the worker works on a batch

	// until is when each client may call again, after a Retry-After; nil when
	// they take no notice of it.
	until []time.Duration
	held  int // calls that were not made for it

	calls   []call
	good    int           // calls that have ended well
	counted int           // of them in the time that counts
	refused int           // calls that got a 503 and no other answer
	dropped int           // packets that had no room in the socket
	longest time.Duration // that one waited after the first seconds
}

func newWorld(p prices) *world {
	return &world{gate: New(Config{}, time.Now), prices: p, warmUp: 3 * time.Second, measured: 4 * time.Second}
}

// A call is an INVITE with 180, 200 and ACK, and a BYE with 200.
type call struct {
	m                          *codec.Message // the INVITE
	client                     int            // index in until
	refused, up, acked, isOver bool
	ringing                    bool // the callee has it
}

type kind uint8

const (
	anInvite kind = iota
	ring
	ok
	ack
	bye
	byeOK
	ackOf503
)

type packet struct {
	kind kind
	call int
	at   time.Duration // when it came
}

const (
	timer1 = 500 * time.Millisecond // T1 of RFC 3261
	timer2 = 4 * time.Second        // T2
	wire   = 2 * time.Millisecond   // from one element to the next
	batch  = 32                     // packets, as the worker reads them
	room   = 3000                   // packets in the socket: half a second
)

// send sends a packet to the proxy.
func (w *world) send(k kind, call int) {
	w.after(wire, func() {
		if len(w.queue) >= room {
			w.dropped++
			return
		}
		w.queue = append(w.queue, packet{k, call, w.now})
		if !w.busy {
			w.work()
		}
	})
}

// work works on a batch, and on the next one behind it.
func (w *world) work() {
	n := min(len(w.queue), batch)
	w.busy = n > 0
	if !w.busy {
		return
	}
	cost := 0.0
	for _, p := range w.queue[:n] {
		if w.now > w.warmUp {
			w.longest = max(w.longest, w.now-p.at)
		}
		cost += w.handle(p)
	}
	w.stamp = w.queue[n-1].at
	w.queue = w.queue[n:]
	if w.speed != nil {
		cost /= w.speed(w.now)
	}
	w.after(time.Duration(cost*float64(time.Second)/(6*peak)), func() {
		w.note(n)
		w.work()
	})
}

// note measures as the worker of the proxy does.
func (w *world) note(n int) {
	at := time.Unix(0, 0).Add(w.now)
	if n < batch {
		w.gate.Observe(at, 0)
		return
	}
	w.gate.Observe(at, w.now-w.stamp)
}

// invite sends an INVITE, and again until there is an answer (17.1.1.2).
func (w *world) invite(i int, wait time.Duration, tries int) {
	w.send(anInvite, i)
	w.after(wait, func() {
		if c := &w.calls[i]; !c.up && !c.refused && tries < 6 {
			w.invite(i, 2*wait, tries+1)
		}
	})
}

func (w *world) got503(i int, retry time.Duration) {
	w.send(ackOf503, i)
	c := &w.calls[i]
	if !c.up && !c.refused {
		c.refused = true
		w.refused++
	}
	if w.until != nil {
		w.until[c.client] = w.now + retry
	}
}

// callee answers an INVITE.
func (w *world) callee(i int) {
	if c := &w.calls[i]; !c.ringing {
		c.ringing = true
		w.send(ring, i)
		w.answer(i, timer1)
	}
}

// answer sends a 200, and again until its ACK comes (13.3.1.4).
func (w *world) answer(i int, wait time.Duration) {
	w.repeat(ok, i, wait, func(c *call) bool { return c.acked })
}

// repeat sends a message, and again, each time later, until it is done.
func (w *world) repeat(k kind, i int, wait time.Duration, done func(*call) bool) {
	w.send(k, i)
	w.after(wait, func() {
		if !done(&w.calls[i]) {
			w.repeat(k, i, min(2*wait, timer2), done)
		}
	})
}

// got200 takes a call, and ends it.
func (w *world) got200(i int) {
	w.send(ack, i)
	if c := &w.calls[i]; !c.up {
		c.up = true
		w.hangUp(i, timer1)
	}
}

// hangUp sends a BYE, and again until there is an answer (17.1.2.2).
func (w *world) hangUp(i int, wait time.Duration) {
	w.repeat(bye, i, wait, func(c *call) bool { return c.isOver })
}

func (w *world) ended(i int) {
	c := &w.calls[i]
	if c.isOver {
		return
	}
	c.isOver = true
	if c.refused {
		return // the callee was called all the same: neither good nor only refused
	}
	w.good++
	if w.now > w.warmUp && w.now <= w.warmUp+w.measured {
		w.counted++
	}
}

// An event is what happens at a time.
type event struct {
	at     time.Duration
	number int // of those at the same time the first comes first
	do     func()
}

type events struct {
	heap []event
	made int
}

func (e *events) Len() int { return len(e.heap) }
func (e *events) Less(i, j int) bool {
	a, b := &e.heap[i], &e.heap[j]
	return a.at < b.at || a.at == b.at && a.number < b.number
}
func (e *events) Swap(i, j int) { e.heap[i], e.heap[j] = e.heap[j], e.heap[i] }
func (e *events) Push(x any)    { e.heap = append(e.heap, x.(event)) }
func (e *events) Pop() any {
	last := e.heap[len(e.heap)-1]
	e.heap = e.heap[:len(e.heap)-1]
	return last
}

func (w *world) after(d time.Duration, do func()) {
	w.events.made++
	heap.Push(&w.events, event{w.now + d, w.events.made, do})
}

// step does what is next, if there is something.
func (w *world) step() bool {
	if w.events.Len() == 0 {
		return false
	}
	e := heap.Pop(&w.events).(event)
	w.now = e.at
	e.do()
	return true
}
