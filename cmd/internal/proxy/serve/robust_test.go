package serve

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// soakTime is how long TestMutated runs: a moment, and as long as
// SIPWIRE_PROXY_SOAK says, such as 5m.
func soakTime(t *testing.T) time.Duration {
	s := os.Getenv("SIPWIRE_PROXY_SOAK")
	if s == "" {
		return 0
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestMutated sends messages at half the rate that this machine forwards, a
// tenth of them with bytes changed, cut off or put in: none that is good is
// lost, the memory does not grow, and what became of each is known.
func TestMutated(t *testing.T) {
	sink, addr := listenUDP(t)
	_ = sink.SetReadBuffer(8 << 20)
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, func(c *Config) { c.Admission = admission.Config{Off: true} })
	good := []byte(message("MESSAGE", "UDP", "h.example"))
	mark := []byte("Call-ID: good-")
	good = bytes.Replace(good, []byte("Call-ID: c1"), append(mark, "00000000"...), 1)
	digits := good[bytes.Index(good, mark)+len(mark):][:8]
	var arrived atomic.Int64
	go func() {
		for b := make([]byte, 65536); ; {
			n, err := sink.Read(b)
			if err != nil {
				return
			}
			if bytes.Contains(b[:n], mark) {
				arrived.Add(1)
			}
		}
	}()
	c := dial(t, "udp", s.Locals()[0]).(*net.UDPConn)
	random := rand.New(rand.NewPCG(1, 2))
	var sent, sentGood int64
	one := func() {
		b := good
		sent++
		if sent%10 == 0 {
			b = mutate(random, bytes.Replace(good, mark, []byte("Call-ID: odd--"), 1))
		} else {
			sentGood++
			copy(digits, fmt.Sprintf("%08d", sentGood%1e8))
		}
		if _, err := c.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	// At most so many are under way, so that no socket overflows.
	settled := func(most int64) bool {
		n := s.Counts()
		return int64(n.Sum())+int64(s.KernelDrops())+most >= sent && arrived.Load()+most >= sentGood
	}
	begin := time.Now()
	for sent < 5000 {
		one()
		await(t, func() bool { return settled(100) })
	}
	gap := time.Since(begin) / 5000 * 2
	heap := heapNow()
	for next := time.Now(); time.Since(begin) < soakTime(t); next = next.Add(gap) {
		for time.Now().Before(next) {
			time.Sleep(gap)
		}
		if one(); sent%64 == 0 {
			await(t, func() bool { return settled(2000) })
		}
	}
	await(t, func() bool { return settled(0) })
	after := heapNow()
	s.Shutdown(50 * time.Millisecond)
	n := s.Counts()
	t.Logf("%v at %v a message: sent %d, received %d, forwarded %d, answered %d, absorbed %d, dropped %d, lost in sockets %d; good ones %d of %d; heap %d KiB, then %d KiB", time.Since(begin).Round(time.Second),
		gap, sent, n.Received, n.Kinds[forward.Forwarded], n.Kinds[forward.Answered], n.Kinds[forward.Absorbed], n.Kinds[forward.Dropped], s.KernelDrops(), arrived.Load(), sentGood, heap>>10, after>>10)
	if n.Received != n.Sum() || int64(n.Received+s.KernelDrops()) != sent {
		t.Errorf("of %d messages %d were received, %d lost in the socket, and the end of %d is known", sent, n.Received, s.KernelDrops(), n.Sum())
	}
	if arrived.Load() != sentGood {
		t.Errorf("%d of %d good messages arrived", arrived.Load(), sentGood)
	}
	if after > heap+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", heap, after)
	}
}

func heapNow() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// mutate changes, cuts or doubles a few bytes. Nothing it makes is empty.
func mutate(r *rand.Rand, b []byte) []byte {
	for range 1 + r.IntN(4) {
		i := r.IntN(len(b))
		switch r.IntN(4) {
		case 0:
			b[i] = byte(r.IntN(256))
		case 1:
			b = b[:max(i, 1)]
		case 2:
			b = append(b[:i:i], append([]byte{":;<>\r\n,\"@ "[r.IntN(10)]}, b[i:]...)...)
		case 3:
			j := min(i+r.IntN(60), len(b))
			b = append(b[:j:j], b[i:]...)
		}
	}
	return b
}

// TestPeersDie: connections that are reset in the middle of a message, from and
// to the proxy, cost nobody else anything, and every message is accounted for.
func TestPeersDie(t *testing.T) {
	l, at := listenTCP(t)
	s := start(t, forward.Target{Transport: header.TransportTCP, Addr: at}, nil)
	reset := func(c net.Conn) {
		_ = c.(*net.TCPConn).SetLinger(0)
		c.Close()
	}
	var kill atomic.Bool
	killed := make(chan struct{}, 100)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				if kill.CompareAndSwap(true, false) {
					_, _ = c.Read(make([]byte, 10))
					reset(c)
					killed <- struct{}{}
					return
				}
				answerAll(c)
			}()
		}
	}()
	for range 20 {
		kill.Store(true)
		c := dial(t, "tcp", s.Locals()[1])
		whole := message("MESSAGE", "TCP", "127.0.0.1:9")
		fmt.Fprint(c, whole, whole[:len(whole)/2])
		await(t, func() bool {
			if kill.Load() { // the proxy still has the last connection, which is alive
				s.conns.closeAll()
				fmt.Fprint(c, whole)
				c = dial(t, "tcp", s.Locals()[1])
				fmt.Fprint(c, whole, whole[:len(whole)/2])
			}
			return len(killed) > 0
		})
		<-killed
		reset(c)
		// Whoever is still there is served. What was written to the dead
		// connection is lost, as with any TCP, and is sent again.
		alive := dial(t, "udp", s.Locals()[0])
		await(t, func() bool {
			fmt.Fprint(alive, message("MESSAGE", "UDP", "127.0.0.1"))
			_ = alive.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			n, err := alive.Read(make([]byte, 4096))
			return err == nil && n > 0
		})
	}
	s.Shutdown(50 * time.Millisecond)
	if n := s.Counts(); n.Received != n.Sum() || n.Received < 40 {
		t.Errorf("%+v", n)
	}
}

// TestCutOff: half a message at the end of a connection, closed or reset, is
// received and dropped; half a keep-alive is no message.
func TestCutOff(t *testing.T) {
	server, addr := listenUDP(t)
	s := start(t, forward.Target{Transport: header.TransportUDP, Addr: addr}, nil)
	whole := message("MESSAGE", "TCP", "h.example")
	half := whole[:len(whole)/2]
	for i, rest := range []string{half, half, "", "\r\n\r"} {
		c := dial(t, "tcp", s.Locals()[1])
		fmt.Fprint(c, whole+rest) // at once: the answer says that all of it has been read
		answerUDP(t, server)
		expect200(t, c)
		if i == 0 {
			_ = c.(*net.TCPConn).SetLinger(0)
		}
		c.Close()
		await(t, func() bool { return s.Conns() == 0 })
	}
	want := counts(8)
	want.Received, want.Kinds[forward.Dropped], want.Dropped[forward.CutOff] = 10, 2, 2
	end(t, s, want)
}

// closeAll closes what is open.
func (t *conns) closeAll() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for c := range t.all {
		c.close()
	}
}

// answerAll answers what comes on a connection until it ends.
func answerAll(c net.Conn) {
	var s codec.Stream
	defer s.Close()
	var m codec.Message
	for {
		event, err := s.ReadNext(c, &m)
		if err != nil {
			return
		}
		if event == codec.GotMessage {
			out, _ := compose.AppendReply(nil, &m, &compose.Reply{Status: 200, Tag: []byte("t")})
			if _, err := c.Write(out); err != nil {
				return
			}
		}
	}
}
