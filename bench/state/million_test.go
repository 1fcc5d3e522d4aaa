//go:build unix

package state

import (
	"flag"
	"math"
	"runtime"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

var million = flag.Bool("million", false, "run with 1,000,000 instead of 20,000")

func count() int {
	if *million {
		return 1_000_000
	}
	return 20_000
}

// heap returns the bytes of live objects.
func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// collector returns the CPU seconds of the collector and of the whole process.
func collector() (gc, all float64) {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/user:cpu-seconds"}}
	metrics.Read(s)
	return s[0].Value.Float64(), s[0].Value.Float64() + s[1].Value.Float64()
}

// ringing is a response of about 700 bytes.
var ringing = compose.Reply{Status: 180, Tag: []byte("a6c85cf"), Source: from.IP, Fields: []compose.HeaderField{
	{ID: header.IDContact, Value: []byte("<sip:bob@192.0.2.4:5060;transport=udp>")},
	{ID: header.IDAllow, Value: []byte("INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO")},
	{ID: header.IDSupported, Value: []byte("replaces, timer, path, 100rel, gruu, outbound")},
	{ID: header.IDServer, Value: []byte("Example-Server/4.5.6 (x86_64/linux) with a name of some length")},
	{ID: header.IDOther, Name: []byte("X-Padding"), Value: []byte("0123456789012345678901234567890123456789")},
}}

// A crowd is many INVITE server transactions alive at once, each with its
// request and a response of 700 bytes.
type crowd struct {
	t   *testing.T
	l   *transaction.Layer
	out output
	r   *request
	m   codec.Message
	now time.Duration
	txs []transaction.Handle
}

// step is the time between two of them.
const step = 20 * time.Microsecond

// tenths does do for all numbers below n and returns the CPU time of one, by
// tenths of them.
func tenths(n int, do func(k int)) (each [10]time.Duration) {
	for k := range each {
		start := cpu()
		for i := k * n / 10; i < (k+1)*n/10; i++ {
			do(i)
		}
		each[k] = (cpu() - start) / time.Duration(n/10)
	}
	return each
}

func (c *crowd) begin(int) {
	c.now += step
	if c.m.Parse(c.r.next()) != nil {
		c.t.Fatal("it does not parse")
	}
	ev := c.l.Receive(&c.m, from, c.now)
	if err := c.l.Reply(ev.Tx, &c.m, &ringing, c.now); err != nil {
		c.t.Fatal(err)
	}
	c.txs = append(c.txs, ev.Tx)
}

// reject rejects one and, as time goes on, repeats the rejections of others.
func (c *crowd) reject(k int) {
	c.now += step
	if err := c.l.Reply(c.txs[k], nil, &compose.Reply{Status: 486}, c.now); err != nil {
		c.t.Fatal(err)
	}
	c.l.Advance(c.now)
}

// accept accepts one: it ends by timer L, and sends nothing again.
func (c *crowd) accept(k int) {
	c.now += step
	if err := c.l.Reply(c.txs[k], nil, &compose.Reply{Status: 200}, c.now); err != nil {
		c.t.Fatal(err)
	}
	c.l.Advance(c.now)
}

// run goes on until no more than left are alive, or until the time.
func (c *crowd) run(left int, until time.Duration) {
	for c.l.Stats().Transactions > left {
		at, ok := c.l.Next()
		if !ok || at > until {
			return
		}
		c.now = max(c.now, at)
		for ok := true; ok; {
			_, ok = c.l.Advance(c.now)
		}
	}
}

// expire lets all end, in the order in which they got their answer. It returns
// the CPU time of an end by tenths of them, and how many messages were sent
// again meanwhile for each.
func (c *crowd) expire() (each [10]time.Duration, repeats [10]float64) {
	n := len(c.txs)
	for k := range each {
		start, before := cpu(), c.l.Stats().Repeats
		c.run(n-(k+1)*n/10, 1<<62)
		each[k] = (cpu() - start) / time.Duration(n/10)
		repeats[k] = math.Round(float64(c.l.Stats().Repeats-before)*100/float64(n/10)) / 100
	}
	return each, repeats
}

// TestMillion lets a million INVITE server transactions begin and end, twice:
// the first time each page of the memory is new to the process, and the kernel
// takes its time to give it; the second time most of it is there. The first
// time they are rejected and get no ACK, so that each is repeated every 4 s
// until it ends; the second time they are accepted, and do nothing but end.
func TestMillion(t *testing.T) {
	n := count()
	c := &crowd{t: t, r: newRequest("INVITE"), now: time.Second, txs: make([]transaction.Handle, 0, n)}
	before := heap()
	c.l = transaction.New(&c.out, transaction.Config{MaxTransactions: n, MaxBytes: 4 << 30})
	gc0, all0 := collector()
	for round := 1; round <= 2; round++ {
		c.txs = c.txs[:0]
		began := tenths(n, c.begin)
		s := c.l.Stats()
		if s.Transactions != n {
			t.Fatalf("%+v", s)
		}
		t.Logf("round %d, %d alive: CPU of parse, receive and answer, by tenths: %v", round, n, began)
		gc1, all1 := collector()
		t.Logf("the collector's share until now: %.2f %%", 100*(gc1-gc0)/(all1-all0))
		if round == 1 {
			held := float64(heap()-before) / float64(n)
			t.Logf("request %d bytes, response %d bytes: %.0f bytes each, %.0f of them messages and keys", len(c.r.b), c.out.bytes/c.out.n, held, float64(s.Bytes)/float64(n))
			if held > 2048 && n >= 1_000_000 {
				t.Errorf("%.0f bytes are more than 2048", held)
			}
			gc2, all2 := collector()
			gc0, all0 = gc0+gc2-gc1, all0+all2-all1 // heap() has run it
		}
		first := c.now + step
		if round == 1 {
			t.Logf("CPU of a rejection, with timer G of the others: %v", tenths(n, c.reject))
		} else {
			t.Logf("CPU of an acceptance: %v", tenths(n, c.accept))
		}
		// Until the first one ends, 64*T1 after its answer, there are repeats
		// only.
		start, sent := cpu(), c.l.Stats().Repeats
		c.run(0, first+32*time.Second-2*time.Millisecond)
		if sent = c.l.Stats().Repeats - sent; sent > 0 {
			t.Logf("CPU of a repeat: %v, of %d", (cpu()-start)/time.Duration(sent), sent)
		}
		ended, repeats := c.expire()
		t.Logf("CPU of an end, by tenths: %v, with these repeats for each: %v", ended, repeats)
		if s := c.l.Stats(); s.Transactions != 0 || s.Bytes != 0 {
			t.Errorf("%+v", s)
		}
		if round == 1 {
			// The Layer has given back most of its memory. The
			// runtime has it to give again from its next collection on.
			runtime.GC()
		}
	}
	gc1, all1 := collector()
	t.Logf("the collector's share of both rounds: %.2f %%", 100*(gc1-gc0)/(all1-all0))
}

// A side makes one confirmed dialog at a time, as the caller or as the callee.
type side struct {
	name  string
	begin func(t *testing.T, l *dialog.Layer, r *request, now time.Duration)
}

var sides = []side{{"callee", called}, {"caller", calling}}

func called(t *testing.T, l *dialog.Layer, r *request, now time.Duration) {
	var m codec.Message
	_ = m.Parse(r.next())
	ev := l.Receive(&m, from, now)
	if _, err := l.Reply(ev.Tx, &m, &compose.Reply{Status: 200}, now); err != nil {
		t.Fatal(err)
	}
}

func calling(t *testing.T, l *dialog.Layer, r *request, now time.Duration) {
	b := r.next()
	if _, err := l.Send(b, from, 0, now); err != nil {
		t.Fatal(err)
	}
	var m codec.Message
	_ = m.Parse(b)
	answer, err := compose.AppendReply(nil, &m, &compose.Reply{Status: 200, Tag: []byte("a6c85cf"), Source: from.IP, Fields: ringing.Fields})
	if err != nil {
		t.Fatal(err)
	}
	_ = m.Parse(answer)
	ev := l.Receive(&m, from, now)
	if ev.Task != dialog.TaskACK {
		t.Fatalf("%+v", ev)
	}
	if err := l.Ack(ev.Dialog, nil, transaction.Addr{}, now); err != nil {
		t.Fatal(err)
	}
}

// TestDialogs holds confirmed dialogs of one side, and says what one takes
// without its transaction.
func TestDialogs(t *testing.T) {
	n := count() / 5
	for _, side := range sides {
		r := newRequest("INVITE")
		var out output
		before := heap()
		l := dialog.New(&out, dialog.Config{Transaction: transaction.Config{MaxBytes: 4 << 30}, MaxBytes: 2 << 30,
			Via: codec.ViaSpec{Host: []byte("192.0.2.4")}, Contact: []byte("<sip:bob@192.0.2.4>")})
		now := time.Second
		for range n {
			now += step
			side.begin(t, l, r, now)
		}
		for at, ok := l.Next(); ok && at < now+2*time.Minute; at, ok = l.Next() {
			for _, ok := l.Advance(at); ok; _, ok = l.Advance(at) {
			}
		}
		s := l.Stats()
		if x := l.Transactions().Stats(); s.Dialogs != n || x.Transactions != 0 {
			t.Fatalf("%s: %d dialogs, %d transactions", side.name, s.Dialogs, x.Transactions)
		}
		after := float64(heap()-before) / float64(n)
		t.Logf("%s, %d dialogs: %.0f bytes of text each; the heap is %.0f a dialog, with the empty tables of as many transactions and the memory that those have left",
			side.name, n, float64(s.Bytes)/float64(n), after)
		if held := float64(s.Held) / float64(n); held > 1536 {
			t.Errorf("%s: %.0f bytes of text are more than 1536", side.name, held)
		}
		if after > 1536 && n >= 200_000 {
			t.Errorf("%s: %.0f bytes are more than 1536", side.name, after)
		}
		runtime.KeepAlive(l)
	}
}
