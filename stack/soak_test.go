package stack

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// soakEnv is how long TestSoak runs, such as 10m; without it, it makes some
// hundred calls.
const soakEnv = "SIPWIRE_SOAK"

// TestSoak makes calls of all kinds over all transports and checks that nothing
// is left of them, and that memory stays as it is after a first round.
func TestSoak(t *testing.T) {
	duration := time.Duration(0)
	if v := os.Getenv(soakEnv); v != "" {
		var err error
		if duration, err = time.ParseDuration(v); err != nil {
			t.Fatal(err)
		}
	}
	times := quick
	if duration > 0 { // other programs may take the processor for a second
		times.Transaction.T1 = 100 * time.Millisecond
	}
	config := certificates(t)
	listen := []Listener{{"udp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:0"}, {"tls", "127.0.0.1:0"}, {"ws", "127.0.0.1:0"}}
	bob := open(t, Config{Listen: listen, TLS: config, Dialog: times, Handler: HandlerFunc(soakAnswer)})
	alice := open(t, Config{Listen: listen, TLS: config, Dialog: times})
	transports := []header.Transport{header.TransportUDP, header.TransportTCP, header.TransportTLS, header.TransportWS}

	var calls atomic.Int64
	round := func(n int) {
		var wg sync.WaitGroup
		for worker := range 16 {
			wg.Go(func() {
				for i := worker; i < n; i += 16 {
					soakCall(t, alice, bob, transports[i%len(transports)], i)
					calls.Add(1)
				}
			})
		}
		wg.Wait()
		for _, s := range []*Stack{alice, bob} {
			until(t, "the end of all transactions", func() bool {
				st := s.Stats()
				return st.Transactions == 0 && st.Dialogs == 0 && st.Handlers == 0
			})
			for _, c := range s.cores {
				c.lock()
				if len(c.clients)+len(c.servers)+len(c.dialogs) != 0 {
					t.Errorf("%d clients, %d servers, %d dialogs are left", len(c.clients), len(c.servers), len(c.dialogs))
				}
				c.unlock()
			}
		}
	}
	const size = 320
	round(size)
	heap, goroutines := memory()
	began := time.Now()
	worst := heap
	for n := 0; n < 2 || time.Since(began) < duration; n++ {
		round(size)
		now, g := memory()
		worst = max(worst, now)
		if now > heap+heap/4+(1<<20) {
			t.Fatalf("after %d calls: %d KiB of heap, %d after the first round", calls.Load(), now>>10, heap>>10)
		}
		if g > goroutines+8 {
			t.Fatalf("after %d calls: %d goroutines, %d after the first round", calls.Load(), g, goroutines)
		}
	}
	a := alice.Stats()
	t.Logf("%d calls in %v; heap %d KiB after the first round, at most %d KiB later; %d goroutines; %d connections, %d made",
		calls.Load(), time.Since(began).Round(time.Second), heap>>10, worst>>10, goroutines, a.Conns, a.Dialed)
}

// memory returns the bytes of the heap in use, and the goroutines.
func memory() (heap uint64, goroutines int) {
	runtime.GC()
	runtime.GC() // what has a finalizer goes with the second one
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, runtime.NumGoroutine()
}

// soakAnswer answers by the user of the Request-URI: busy, forgetful, ringing
// until the CANCEL comes, or there.
func soakAnswer(r *Request) {
	u, err := r.RequestURI()
	switch {
	case err != nil || r.Method() != header.MethodINVITE:
		_ = r.Respond(status(200))
	case r.InDialog():
		phone(nil).ServeSIP(r)
	case string(u.User()) == "busy":
		_ = r.Respond(status(486))
	case string(u.User()) == "forgetful":
	case string(u.User()) == "ringing":
		_ = r.Respond(status(180))
		select {
		case <-r.Context().Done():
		case <-time.After(15 * time.Second): // the caller saw no response, and sent no CANCEL
		}
	default:
		_ = r.Respond(status(180))
		phone(nil).ServeSIP(r)
	}
}

func soakCall(t *testing.T, alice, bob *Stack, transport header.Transport, i int) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	user := []string{"there", "busy", "ringing", "there", "forgetful"}[i%5]
	call := invite(bob.URI(user, transport))
	if user == "ringing" {
		call.Provisional = func(*Response) { cancel() }
	}
	res, err := alice.Do(ctx, call)
	switch user {
	case "ringing":
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v %v", res, err)
		}
		return
	case "busy", "forgetful":
		if err != nil || res.Status() < 400 {
			t.Errorf("%s: %v %v", user, res, err)
		}
		return
	}
	if err != nil || res.Status() != 200 {
		t.Errorf("%v %v", res, err)
		return
	}
	if _, err := res.Dialog.ReInvite(ctx, isSDP, []byte(strings.Repeat("a=b\r\n", 100))); err != nil && err != sipwire.ErrStale {
		t.Error(err)
	}
	if err := res.Dialog.Bye(ctx); err != nil {
		t.Error(err)
	}
	<-res.Dialog.Done()
}

// TestFlood sends requests and responses that belong to nothing, and more than
// the limits allow: what is kept stays within them.
func TestFlood(t *testing.T) {
	c := quick
	c.Transaction.MaxTransactions, c.MaxDialogs = 50, 10
	bob := open(t, Config{Cores: 1, Dialog: c, MaxHandlers: 20, Handler: HandlerFunc(func(r *Request) { <-r.Context().Done() })})
	alice := open(t, Config{Cores: 1})
	const n = 2000
	for i := range n {
		b, err := alice.prepare(invite(bob.URI("", header.TransportUDP)))
		if err != nil {
			t.Fatal(err)
		}
		to := transaction.Addr{IP: addrOf(bob, header.TransportUDP), Transport: header.TransportUDP}
		raw, err := b.appendTo(nil, to)
		if err != nil {
			t.Fatal(err)
		}
		k := alice.cores[0]
		k.lock()
		k.Send(0, to, raw)
		k.Send(0, to, append([]byte("SIP/2.0 200 OK"), raw[strings.Index(string(raw), "\r\n"):]...))
		k.unlock()
		if i%50 == 0 {
			if st := bob.Stats(); st.Transactions > 50 || st.Handlers > 20 || st.Dialogs > 10 {
				t.Fatalf("%+v", st)
			}
		}
	}
	until(t, "refusals", func() bool { return bob.Stats().Refused > 0 })
}
