package names

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
)

// fakeDNS answers from a table.
type fakeDNS struct {
	mu      sync.Mutex
	targets []resolve.Target
	err     error
	asked   int
	hold    chan struct{} // a look-up waits for it, unless nil
}

func (f *fakeDNS) Targets(context.Context, codec.Destination) ([]resolve.Target, error) {
	if f.hold != nil {
		<-f.hold
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	return f.targets, f.err
}

func (f *fakeDNS) set(err error, targets ...resolve.Target) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.targets, f.err = targets, err
}

func srv(host byte, priority, weight uint16) resolve.Target {
	return resolve.Target{Transport: header.TransportTCP, Addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, host}), 5060), Priority: priority, Weight: weight}
}

func destination(host string) *codec.Destination {
	return &codec.Destination{Host: []byte(host), Transport: header.TransportTCP}
}

// TestFind: the first question does not wait, what Wait found is found, in any
// case of its letters, and what DNS does not know is not asked for again.
func TestFind(t *testing.T) {
	dns := &fakeDNS{hold: make(chan struct{})}
	dns.set(nil, srv(1, 0, 1))
	c := New(dns)
	if _, got := c.Find(destination("a.example"), nil); got != forward.Pending {
		t.Fatalf("%v before DNS was asked", got)
	}
	ended := make(chan forward.Finding, 1)
	go func() {
		_, got := c.Wait(t.Context(), destination("a.example"), nil)
		ended <- got
	}()
	if _, got := c.Find(destination("a.example"), nil); got != forward.Pending {
		t.Fatalf("%v while DNS is asked", got)
	}
	close(dns.hold)
	if got := <-ended; got != forward.Found {
		t.Fatalf("%v from Wait", got)
	}
	to, got := c.Find(destination("A.Example"), nil)
	if got != forward.Found || to.Addr != srv(1, 0, 1).Addr || to.Transport != header.TransportTCP {
		t.Errorf("%v, %v", to, got)
	}
	dns.set(errors.New("no such name"))
	for range 2 {
		if _, got := c.Wait(t.Context(), destination("none.example"), nil); got != forward.Unknown {
			t.Errorf("%v for a name that is not there", got)
		}
	}
	if dns.asked != 2 {
		t.Errorf("DNS was asked %d times", dns.asked)
	}
	if _, got := c.Wait(t.Context(), destination(strings.Repeat("a", 256)), nil); got != forward.Unknown {
		t.Errorf("%v for a name that is too long", got)
	}
}

// TestAgain: what is old is still used while it is asked for again, and while
// DNS fails.
func TestAgain(t *testing.T) {
	dns := new(fakeDNS)
	dns.set(nil, srv(1, 0, 1))
	c := New(dns)
	var mu sync.Mutex
	now := time.Now()
	c.now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	later := func() { mu.Lock(); now = now.Add(freshFor + 1); mu.Unlock() }
	find := func() byte {
		to, _ := c.Find(destination("a.example"), nil)
		return to.Addr.Addr().AsSlice()[3]
	}
	c.Wait(t.Context(), destination("a.example"), nil)
	asked := func(n int) {
		t.Helper()
		for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
			dns.mu.Lock()
			got := dns.asked
			dns.mu.Unlock()
			if got == n {
				return
			}
			if time.Now().After(end) {
				t.Fatalf("asked %d times, want %d", got, n)
			}
		}
	}
	dns.set(errors.New("no server"))
	later()
	if find() != 1 {
		t.Error("what is old is not used")
	}
	asked(2)
	if find() != 1 {
		t.Error("forgotten when DNS fails")
	}
	dns.set(nil, srv(2, 0, 1))
	for end := time.Now().Add(10 * time.Second); find() != 2; time.Sleep(time.Millisecond) {
		later()
		if time.Now().After(end) {
			t.Fatal("the new address is not used")
		}
	}
}

// TestWeights: SRV records share the calls by their weights, by Call-ID, and
// the lowest priority has all.
func TestWeights(t *testing.T) {
	dns := new(fakeDNS)
	dns.set(nil, srv(1, 1, 3), srv(2, 1, 1), srv(3, 2, 100))
	c := New(dns)
	c.Wait(t.Context(), destination("a.example"), nil)
	share := map[byte]int{}
	for i := range 4000 {
		key := fmt.Appendf(nil, "call-%d", i)
		one, _ := c.Find(destination("a.example"), key)
		if again, _ := c.Find(destination("a.example"), key); again != one {
			t.Fatal("a call moves")
		}
		share[one.Addr.Addr().AsSlice()[3]]++
	}
	if share[1] < 2800 || share[1] > 3200 || share[3] != 0 {
		t.Errorf("shares %v, want 3 to 1", share)
	}
}

// TestMany: names that strangers make up do not take memory without end.
func TestMany(t *testing.T) {
	c := New(new(fakeDNS))
	for i := range maxNames + 10 {
		c.entry(fmt.Appendf(nil, "%d", i))
	}
	if len(c.names) != maxNames {
		t.Errorf("%d names", len(c.names))
	}
}

func TestAllocs(t *testing.T) {
	dns := new(fakeDNS)
	dns.set(nil, srv(1, 1, 3), srv(2, 1, 1))
	c := New(dns)
	d := destination("a.example")
	c.Wait(t.Context(), d, nil)
	if n := testing.AllocsPerRun(100, func() { c.Find(d, d.Host) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
