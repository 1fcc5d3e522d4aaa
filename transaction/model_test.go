package transaction

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// A client and a server Layer with a network between them that loses, doubles
// and reorders: all orders of that for the first steps of a transaction, and
// then whatever follows when the network works. No transaction is stuck, the
// server is asked once, and the client has one final answer.

// A run is one way through the model.
type run struct {
	t              *testing.T
	client, server *world
	flight         []flying
	drops, doubles int
	script         script

	asked   int // Requests told to the server's user
	finals  int // finals, timeouts told to the client's user
	acked   bool
	made    map[string]bool // final responses that left the server
	tx      Handle
	stage   int // how far the server's user is
	cancels bool

	repeatAt, interval time.Duration // of a 2xx, as a dialog does it
}

type flying struct {
	b        string
	toServer bool
	born     time.Duration
}

// A script is what the two users do.
type script struct {
	name   string
	method string
	tcp    bool
	steps  []int // the responses of the server's user, each when its turn comes
	cancel bool  // the client cancels behind the first step
}

var scripts = []script{
	{"OPTIONS answered at once", "OPTIONS", false, []int{200}, false},
	{"OPTIONS rejected at once", "OPTIONS", false, []int{500}, false},
	{"INVITE rejected at once", "INVITE", false, []int{486}, false},
	{"INVITE rings and is rejected", "INVITE", false, []int{180, 486}, false},
	{"INVITE is answered", "INVITE", false, []int{200}, false},
	{"INVITE rings and is answered", "INVITE", false, []int{180, 200}, false},
	{"INVITE rings and is cancelled", "INVITE", false, []int{180}, true},
	{"INVITE is cancelled and answered", "INVITE", false, []int{180, 200}, true},
	{"OPTIONS over TCP", "OPTIONS", true, []int{200}, false},
	{"INVITE over TCP", "INVITE", true, []int{180, 486}, false},
}

// lifetime is how long a message may be on the way. RFC 3261 takes T4 for it;
// the times of the model are shorter to have fewer of them in flight.
const lifetime = 2 * 500 * ms

func (r *run) peer() Addr {
	if r.script.tcp {
		return tcpPeer
	}
	return udpPeer
}

// start begins with the two Layers of a run that has ended, if there is one.
func (r *run) start(s script, old *run) {
	r.script = s
	if old != nil {
		r.client, r.server = old.client, old.server
		r.client.t, r.server.t = r.t, r.t
		if r.client.at != r.server.at {
			r.t.Fatal("two clocks")
		}
	} else {
		r.client, r.server = newWorld(r.t, Config{}), newWorld(r.t, Config{})
	}
	r.made = map[string]bool{}
	r.client.request(req(s.method), r.peer())
	r.collect()
}

// collect puts what both have sent on the way.
func (r *run) collect() {
	for k, w := range []*world{r.client, r.server} {
		for _, b := range w.raw {
			s := string(b)
			if k == 1 && len(s) > 12 && s[8] >= '2' && !strings.Contains(s, "CANCEL\r\n") {
				r.made[s] = true
			}
			r.flight = append(r.flight, flying{s, k == 0, w.at})
		}
		w.raw, w.sent, w.tos = w.raw[:0], w.sent[:0], w.tos[:0]
	}
}

func (r *run) deliver(f flying) {
	if !f.toServer {
		r.told(r.client.receive(f.b, r.peer()))
		r.collect()
		return
	}
	ev := r.server.receive(f.b, r.peer())
	if ev.Kind == Request && !strings.HasPrefix(f.b, "CANCEL") {
		r.asked++
		r.tx = ev.Tx
	}
	if ev.Kind == Ack {
		r.acked = true
	}
	if ev.Kind == Request && strings.HasPrefix(f.b, "CANCEL") {
		r.server.reply(ev.Tx, 481)
	}
	r.collect()
}

func (r *run) told(ev Event) {
	switch {
	case ev.Kind == Response && ev.Status >= 300, ev.Kind == Timeout:
		r.finals++
	case ev.Kind == Response && ev.Status >= 200:
		if r.script.method != "INVITE" || r.finals == 0 {
			r.finals++
		}
		if r.script.method == "INVITE" { // the user acknowledges each 2xx
			r.flight = append(r.flight, flying{strings.Replace(req("ACK", "To: <sip:bob@example.com>;tag=b1"), "bK1", "bKa", 1), true, r.client.at})
		}
	}
}

// user is the next step of the server's user.
func (r *run) user() bool {
	if r.tx == 0 || r.stage == len(r.script.steps) {
		return false
	}
	status := r.script.steps[r.stage]
	r.stage++
	b := []byte(resp(status, r.script.method))
	// It may come too late: behind a CANCEL, or after 64*T1.
	if err := r.server.Respond(r.tx, b, r.server.at); err != nil && !r.script.cancel && r.script.method == "INVITE" {
		r.t.Fatalf("%d: %v", status, err)
	}
	if status/100 == 2 && r.script.method == "INVITE" {
		r.interval = 500 * ms
		r.repeatAt = r.server.at + r.interval
	}
	r.collect()
	return true
}

// cancel is the client's user giving up.
func (r *run) cancel() bool {
	if !r.script.cancel || r.cancels || r.stage == 0 {
		return false
	}
	r.cancels = true
	for i := range r.client.txs.Cap() {
		if r.client.txs.InUse(i) && r.client.txs.At(i).is(isInvite) {
			_ = r.client.Cancel(r.client.handle(i), r.client.at) // it may be too late
		}
	}
	r.collect()
	return true
}

// tick goes to the next timer of either.
func (r *run) tick() bool {
	a, ok1 := r.client.Next()
	b, ok2 := r.server.Next()
	switch {
	case !ok1 && !ok2:
		return false
	case !ok1 || ok2 && b < a:
		a = b
	}
	at := max(a, r.client.at)
	if r.repeatAt != 0 && !r.acked {
		at = min(at, r.repeatAt)
	}
	for k, w := range []*world{r.client, r.server} {
		for _, ev := range w.run(at - w.at) {
			if k == 0 {
				r.told(ev)
			}
		}
	}
	if r.repeatAt != 0 && !r.acked && at >= r.repeatAt {
		r.interval = min(2*r.interval, 4000*ms)
		r.repeatAt = at + r.interval
		_ = r.server.Repeat(r.tx, at) // until the transaction ends
	}
	r.collect()
	left := r.flight[:0]
	for _, f := range r.flight {
		if at-f.born <= lifetime || r.script.tcp {
			left = append(left, f)
		}
	}
	r.flight = left
	return true
}

// do does the n-th of what can be done now. It returns how many there are, and
// does nothing when n is beyond them.
func (r *run) do(n int, adverse bool) (choices int) {
	k := min(len(r.flight), 3) // of more in flight, the first three
	if r.script.tcp {
		k = min(k, 1) // in order
	}
	if n >= 0 && n < k {
		f := r.flight[n]
		r.flight = append(append([]flying(nil), r.flight[:n]...), r.flight[n+1:]...)
		r.deliver(f)
	}
	choices = k
	if adverse && !r.script.tcp && r.drops+r.doubles < 6 {
		if n >= choices && n < choices+k {
			i := n - choices
			r.drops++
			r.flight = append(append([]flying(nil), r.flight[:i]...), r.flight[i+1:]...)
		}
		choices += k
		if n >= choices && n < choices+k {
			r.doubles++
			r.deliver(r.flight[n-choices])
		}
		choices += k
	}
	for _, can := range []struct {
		ok bool
		do func() bool
	}{
		{r.tx != 0 && r.stage < len(r.script.steps), r.user},
		{r.script.cancel && !r.cancels && r.stage > 0, r.cancel},
		{!r.script.tcp || len(r.flight) == 0, r.tick},
	} {
		if can.ok {
			if n == choices {
				can.do()
			}
			choices++
		}
	}
	return choices
}

// finish lets the network work until all is over, and judges.
func (r *run) finish(path []int) {
	for step := 0; ; step++ {
		if step > 2000 {
			r.t.Fatalf("%s %v: it does not end", r.script.name, path)
		}
		if len(r.flight) > 0 {
			r.do(0, false)
			continue
		}
		if r.user() || r.cancel() {
			continue
		}
		if r.tick() {
			continue
		}
		// All that is left may be an INVITE at the server whose client has
		// given up without a CANCEL that arrived: its user gives up too.
		if r.server.State(r.tx) != Proceeding || r.server.Respond(r.tx, []byte(resp(480, "INVITE")), r.server.at) != nil {
			break
		}
		r.collect()
	}
	for k, w := range []*world{r.client, r.server} {
		if n := w.Stats().Transactions; n != 0 {
			r.t.Fatalf("%s %v: %d transactions are stuck in %d", r.script.name, path, n, k)
		}
	}
	if r.finals != 1 || r.asked > 1 || len(r.made) > 1 {
		r.t.Fatalf("%s %v: %d final answers, asked %d times, %d different final responses", r.script.name, path, r.finals, r.asked, len(r.made))
	}
}

// TestModel explores all orders of what can happen in the first steps.
// SIPWIRE_DEEP makes that seven steps instead of six, as .ci/run does: many
// more orders.
func TestModel(t *testing.T) {
	depth := 6
	switch {
	case testing.Short():
		depth = 5
	case os.Getenv("SIPWIRE_DEEP") != "":
		depth = 7
	}
	t.Logf("depth %d", depth)
	for _, s := range scripts {
		t.Run(s.name, func(t *testing.T) {
			paths := 0
			var last *run
			var explore func(path []int)
			explore = func(path []int) {
				r := &run{t: t}
				r.start(s, last)
				last = r
				for _, n := range path {
					r.do(n, true)
				}
				choices := r.do(-1, true)
				r.finish(path)
				if paths++; len(path) == depth {
					return
				}
				for n := range choices {
					explore(append(path[:len(path):len(path)], n))
				}
			}
			explore(nil)
			if paths < 3 && !s.tcp {
				t.Errorf("only %d orders", paths)
			}
			t.Log(fmt.Sprint(paths, " orders"))
		})
	}
}

// The same with chance in place of order, and longer.
func TestModelRandom(t *testing.T) {
	rounds := 1000
	switch {
	case testing.Short():
		rounds = 300
	case os.Getenv("SIPWIRE_DEEP") != "":
		rounds = 3000
	}
	t.Logf("%d rounds", rounds)
	rnd := uint64(1)
	var last *run
	for _, s := range scripts {
		for range rounds {
			r := &run{t: t}
			r.start(s, last)
			last = r
			var path []int
			for range 20 {
				rnd = rnd*6364136223846793005 + 1442695040888963407
				n := int(rnd>>33) % max(r.do(-1, true), 1)
				path = append(path, n)
				r.do(n, true)
			}
			r.finish(path)
		}
	}
}
