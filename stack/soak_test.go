package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// soakEnv is how long TestSoak runs, such as 10m; without it, it makes some
// hundred calls.
const soakEnv = "SIPWIRE_SOAK"

// TestSoak makes calls of all kinds over all transports and checks that nothing
// is left of them, and that memory stays as it is behind the first rounds.
func TestSoak(t *testing.T) {
	duration := time.Duration(0)
	times, size := quick, 320
	times.Transaction.T1 = 100 * time.Millisecond // other programs may take the processor for seconds
	if v := os.Getenv(soakEnv); v != "" {
		var err error
		if duration, err = time.ParseDuration(v); err != nil {
			t.Fatal(err)
		}
		// The times of RFC 3261: other programs may take the processor for
		// seconds. A round ends 32 s behind its last call.
		times, size = dialog.Config{}, 3200
	}
	config := certificates(t)
	listen := []Listener{{"udp", "127.0.0.1:0"}, {"tcp", "127.0.0.1:0"}, {"tls", "127.0.0.1:0"}, {"ws", "127.0.0.1:0"}}
	bob := open(t, Config{Listen: listen, TLS: config, Dialog: times, Handler: HandlerFunc(soakAnswer)})
	alice := open(t, Config{Listen: listen, TLS: config, Dialog: times})
	transports := []header.Transport{header.TransportUDP, header.TransportTCP, header.TransportTLS, header.TransportWS}

	var calls, late atomic.Int64
	round := func(n int) {
		var wg sync.WaitGroup
		for worker := range 16 {
			wg.Go(func() {
				for i := worker; i < n; i += 16 {
					// On a machine that is busy for 64*T1 a request times
					// out. That is no fault of the stack: nothing must be
					// left of it either.
					if err := soakCall(t, alice, bob, transports[i%len(transports)], i); err == sipwire.ErrTimeout {
						late.Add(1)
					} else if err != nil {
						t.Error(err)
					}
					calls.Add(1)
				}
			})
		}
		wg.Wait()
		for _, s := range []*Stack{alice, bob} {
			untilWithin(t, 5*time.Minute, "the end of all transactions", func() bool {
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
	round(size)
	first, goroutines := memory()
	began := time.Now()
	heaps := []uint64{first}
	for n := 0; n < 2 || time.Since(began) < duration; n++ {
		round(size)
		// A goroutine may end after what it did is over.
		until(t, "the end of all goroutines", func() bool { return runtime.NumGoroutine() <= goroutines+8 })
		now, _ := memory()
		heaps = append(heaps, now)
		if now > first+first/4+spareBlocks {
			t.Fatalf("after %d calls: %d KiB of heap, %d after the first round", calls.Load(), now>>10, first>>10)
		}
	}
	half := len(heaps) / 2
	if before, after := slices.Min(heaps[:half+1]), slices.Min(heaps[half:]); after > before+before/20+(1<<20) {
		t.Errorf("the heap grows: at least %d KiB in the first half, %d in the second: %d", before>>10, after>>10, heaps)
	}
	a := alice.Stats()
	t.Logf("%d calls in %v, %d timed out; heap %d KiB after the first round, %d to %d KiB later; %d goroutines; %d connections, %d made",
		calls.Load(), time.Since(began).Round(time.Second), late.Load(), first>>10, slices.Min(heaps)>>10, slices.Max(heaps)>>10, goroutines, a.Conns, a.Dialed)
	// By the quick times a busy machine lets many time out.
	if duration > 0 && late.Load()*20 > calls.Load() {
		t.Errorf("%d of %d calls timed out", late.Load(), calls.Load())
	}
}

// spareBlocks are the empty blocks that the Layers of two Stacks with two cores
// may keep once many calls were open at the same time: 16 blocks of 64 KiB for
// the transactions and as many for the dialogs of each.
const spareBlocks = 2 * 2 * 2 * 16 << 16

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

// soakCall makes a call, and returns what went wrong.
func soakCall(t *testing.T, alice, bob *Stack, transport header.Transport, i int) error {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	user := []string{"there", "busy", "ringing", "there", "forgetful"}[i%5]
	call := invite(bob.URI(user, transport))
	if user == "ringing" {
		call.Provisional = func(*Response) { cancel() }
	}
	res, err := alice.Do(ctx, call)
	switch {
	case err == sipwire.ErrTimeout:
		return err
	case user == "ringing":
		if !errors.Is(err, context.Canceled) {
			return fmt.Errorf("cancelled: %v %v", res, err)
		}
		return nil
	case err != nil:
		return fmt.Errorf("%s over %v: %w", user, transport, err)
	case user != "there":
		if res.Status() < 400 {
			return fmt.Errorf("%s: %d", user, res.Status())
		}
		return nil
	case res.Status() != 200:
		return fmt.Errorf("%d over %v", res.Status(), transport)
	}
	// ErrStale: a request before has timed out, which ends the dialog.
	_, err = res.Dialog.ReInvite(ctx, isSDP, []byte(strings.Repeat("a=b\r\n", 100)))
	if bye := res.Dialog.Bye(ctx); err == nil || err == sipwire.ErrStale {
		err = bye
	}
	<-res.Dialog.Done()
	return err
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
