package state

import (
	"flag"
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

// TestMillion holds a million INVITE server transactions at once, each with its
// request and a response of 700 bytes, and lets them end.
func TestMillion(t *testing.T) {
	n := count()
	r := newRequest("INVITE")
	var m codec.Message
	var out output
	before := heap()
	l := transaction.New(&out, transaction.Config{MaxTransactions: n, MaxBytes: 4 << 30})
	gc0, all0 := collector()
	txs := make([]transaction.Handle, 0, n)
	now := time.Second
	var tenths [10]time.Duration
	for k := range tenths {
		start := cpu()
		for range n / 10 {
			now += 20 * time.Microsecond
			if m.Parse(r.next()) != nil {
				t.Fatal("it does not parse")
			}
			ev := l.Receive(&m, from, now)
			if err := l.Reply(ev.Tx, &m, &ringing, now); err != nil {
				t.Fatal(err)
			}
			txs = append(txs, ev.Tx)
		}
		tenths[k] = (cpu() - start) / time.Duration(n/10)
	}
	gc1, all1 := collector()
	s := l.Stats()
	size := out.bytes / out.n
	held := float64(heap()-before-uint64(8*n)) / float64(n)
	t.Logf("%d alive, request %d bytes, response %d bytes: %.0f bytes each, %.0f of them messages and keys", s.Transactions, len(r.b), size, held, float64(s.Bytes)/float64(n))
	t.Logf("CPU of parse, receive and answer, by tenths: %v; collector %.2f %%", tenths, 100*(gc1-gc0)/(all1-all0))
	if s.Transactions != n {
		t.Fatalf("%+v", s)
	}
	if held > 2048 && n >= 1_000_000 {
		t.Errorf("%.0f bytes are more than 2048", held)
	}
	for k := range tenths {
		start := cpu()
		for _, h := range txs[k*n/10 : (k+1)*n/10] {
			now += 20 * time.Microsecond
			if err := l.Reply(h, nil, &compose.Reply{Status: 486}, now); err != nil {
				t.Fatal(err)
			}
			l.Advance(now)
		}
		tenths[k] = (cpu() - start) / time.Duration(n/10)
	}
	t.Logf("CPU of a rejection, with timer G of the others, by tenths: %v", tenths)
	// Timer H of all: they end in the order in which they came.
	repeats, start := l.Stats().Repeats, cpu()
	ended := 0
	for at, ok := l.Next(); ok; at, ok = l.Next() {
		for {
			ev, ok := l.Advance(at)
			if !ok {
				break
			}
			if ev.Timer == transaction.TimerH {
				ended++
			}
		}
	}
	spent := cpu() - start
	gc2, all2 := collector()
	t.Logf("%d ended behind %d repeats, in %v a timer; collector over all %.2f %%", ended, l.Stats().Repeats-repeats,
		spent/time.Duration(uint64(ended)+l.Stats().Repeats-repeats), 100*(gc2-gc0)/(all2-all0))
	if ended != n || l.Stats().Transactions != 0 || l.Stats().Bytes != 0 {
		t.Errorf("%d of %d ended, %+v", ended, n, l.Stats())
	}
}

// TestDialogs holds confirmed dialogs at the callee, and says what one takes
// without its transaction.
func TestDialogs(t *testing.T) {
	n := count() / 5
	r := newRequest("INVITE")
	var m codec.Message
	var out output
	before := heap()
	l := dialog.New(&out, dialog.Config{Transaction: transaction.Config{MaxBytes: 4 << 30}, MaxBytes: 2 << 30, Contact: []byte("<sip:bob@192.0.2.4>")})
	now := time.Second
	for range n {
		now += 20 * time.Microsecond
		_ = m.Parse(r.next())
		ev := l.Receive(&m, from, now)
		if _, err := l.Reply(ev.Tx, &m, &compose.Reply{Status: 200}, now); err != nil {
			t.Fatal(err)
		}
	}
	for at, ok := l.Next(); ok && at < now+2*time.Minute; at, ok = l.Next() {
		for _, ok := l.Advance(at); ok; _, ok = l.Advance(at) {
		}
	}
	s := l.Stats()
	if x := l.Transactions().Stats(); s.Dialogs != n || x.Transactions != 0 {
		t.Fatalf("%d dialogs, %d transactions", s.Dialogs, x.Transactions)
	}
	defer runtime.KeepAlive(l)
	after := float64(heap()-before) / float64(n)
	t.Logf("%d dialogs: %.0f bytes of text each; the heap is %.0f a dialog, with the empty tables of as many transactions and the memory that those have left",
		n, float64(s.Bytes)/float64(n), after)
	if held := float64(s.Held) / float64(n); held > 1536 {
		t.Errorf("%.0f bytes of text are more than 1536", held)
	}
}
