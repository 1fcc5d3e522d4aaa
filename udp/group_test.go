package udp

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func group(t *testing.T, n int, cfg Config) *Group {
	t.Helper()
	g, err := ListenGroup(context.Background(), "udp4", "127.0.0.1:0", n, cfg)
	if !onLinux {
		if err == nil {
			t.Fatal("a group without SO_REUSEPORT")
		}
		t.Skipf("NOT RUN, but for the refusal: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.Close() })
	return g
}

// The kernel keeps each peer with one reader; together they see everything.
func TestGroupKernelHash(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		const readers, peers, each = 3, 30, 20
		g := group(t, readers, Config{Impl: impl, RecvBuffer: 1 << 20})
		port := g.Sockets[0].LocalAddr()
		for _, s := range g.Sockets {
			if s.LocalAddr() != port {
				t.Fatalf("a group on %v and %v", s.LocalAddr(), port)
			}
		}
		var mu sync.Mutex
		seen := map[netip.AddrPort]int{} // by peer: reader
		next := map[netip.AddrPort]int{}
		var total atomic.Int64
		var wg sync.WaitGroup
		for i, s := range g.Sockets {
			wg.Go(func() {
				for {
					ps, err := s.R.Read()
					if err != nil {
						return
					}
					mu.Lock()
					for j := range ps {
						src := ps[j].Src
						if old, ok := seen[src]; ok && old != i {
							t.Errorf("%v came to readers %d and %d", src, old, i)
						}
						seen[src] = i
						if want := fmt.Sprint(next[src]); string(ps[j].Data) != want {
							t.Errorf("%v: %q, want %q", src, ps[j].Data, want)
						}
						next[src]++
					}
					mu.Unlock()
					total.Add(int64(len(ps)))
				}
			})
		}
		for p := range peers {
			c := dial(t, port)
			for i := range each {
				send(t, c, fmt.Append(nil, i))
			}
			_ = p
		}
		for end := time.Now().Add(30 * time.Second); total.Load() < peers*each && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		g.Close()
		wg.Wait()
		if total.Load() != peers*each || g.Stats().Packets != peers*each {
			t.Errorf("%d packets of %d, %+v", total.Load(), peers*each, g.Stats())
		}
		used := map[int]bool{}
		for _, r := range seen {
			used[r] = true
		}
		if len(used) < 2 {
			t.Errorf("%d peers all came to one reader", peers)
		}
	})
}

// Steered by Call-ID, the packets of a call meet in one worker though their
// peers differ, and every packet is handled once.
func TestGroupSteer(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		const workers, calls, total = 2, 17, 3000
		g := group(t, workers, Config{Impl: impl, Held: 32, RecvBuffer: 4 << 20})
		var mu sync.Mutex
		where := map[string]int{}
		count := map[string]int{}
		credit := make(chan struct{}, 300)
		var handled, refused atomic.Int64
		handle := func(p *Packet, worker int) {
			mu.Lock()
			call := string(p.Data[:7])
			if old, ok := where[call]; ok && old != worker && worker >= 0 {
				t.Errorf("%s at workers %d and %d", call, old, worker)
			}
			if worker >= 0 {
				where[call] = worker
			}
			count[string(p.Data)]++
			mu.Unlock()
			handled.Add(1)
			<-credit
		}
		var readers, takers sync.WaitGroup
		for _, s := range g.Sockets {
			readers.Go(func() {
				for {
					ps, err := s.R.Read()
					if err != nil {
						return
					}
					for i := range ps {
						h := fnv.New64a()
						h.Write(ps[i].Data[:7])
						if !g.Steer(&ps[i], h.Sum64()) {
							refused.Add(1)
							handle(&ps[i], -1)
						}
					}
				}
			})
		}
		for w, q := range g.Queues {
			takers.Go(func() {
				ps := make([]Packet, 8)
				for {
					n, err := q.Take(ps)
					if err != nil {
						if !errors.Is(err, net.ErrClosed) {
							t.Error(err)
						}
						return
					}
					for i := range ps[:n] {
						handle(&ps[i], w)
						if !ps[i].Release() {
							t.Error("a packet from the queue is not held")
						}
					}
				}
			})
		}
		var conns []*net.UDPConn
		for range 8 {
			conns = append(conns, dial(t, g.Sockets[0].LocalAddr()))
		}
		for i := range total {
			credit <- struct{}{}
			send(t, conns[i%len(conns)], fmt.Appendf(nil, "call %02d %d", i%calls, i))
		}
		for end := time.Now().Add(30 * time.Second); handled.Load() < total && time.Now().Before(end); {
			time.Sleep(time.Millisecond)
		}
		g.Close()
		readers.Wait()
		takers.Wait()
		if handled.Load() != total || len(count) != total {
			t.Errorf("%d packets of %d, %d different", handled.Load(), total, len(count))
		}
		for _, s := range g.Sockets {
			if s.R.Held() != 0 {
				t.Errorf("%d packets still held", s.R.Held())
			}
		}
		t.Logf("%d of %d refused and handled by the reader", refused.Load(), total)
	})
}

func TestQueue(t *testing.T) {
	s := open(t, "udp4", "127.0.0.1:0", Config{Held: 2})
	c := dial(t, s.LocalAddr())
	big, small := NewQueue(3), NewQueue(0)
	for i := range 5 {
		send(t, c, fmt.Append(nil, i))
		collect(t, s.R, 1, func(p *Packet) {
			switch {
			case i == 0 && !big.Put(p):
				t.Error("an empty queue refused")
			case i == 1 && !small.Put(p):
				t.Error("a queue of one refused one")
			case i == 2 && small.Put(p):
				t.Error("a full queue took")
			case i == 3 && big.Put(p):
				t.Error("taken without a hold")
			}
		})
	}
	if small.Full() != 1 || big.Full() != 0 {
		t.Errorf("full %d and %d times", small.Full(), big.Full())
	}
	big.Close()
	var ps [4]Packet
	if n, err := big.Take(ps[:]); n != 1 || err != nil || string(ps[0].Data) != "0" {
		t.Errorf("took %d, %v", n, err)
	}
	if _, err := big.Take(ps[:]); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
	if n, err := small.Take(nil); n != 0 || err != nil {
		t.Errorf("took nothing: %d %v", n, err)
	}
	if big.Put(&ps[0]) {
		t.Error("a closed queue took")
	}
	ps[0].Release()
	go func() { time.Sleep(10 * time.Millisecond); small.Close() }()
	for i := 0; ; i++ {
		n, err := small.Take(ps[:])
		if err != nil {
			break
		}
		if n != 1 || i > 0 || !ps[0].Release() {
			t.Fatalf("took %d", n)
		}
	}
}
