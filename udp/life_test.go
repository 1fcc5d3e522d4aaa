package udp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"testing"
	"time"
)

func TestDeadlineCloseContext(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl})
		c := dial(t, s.LocalAddr())
		s.R.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		for range 3 {
			if _, err := s.R.Read(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("after the deadline: %v", err)
			}
		}
		s.R.SetReadDeadline(time.Time{})
		send(t, c, []byte("after"))
		collect(t, s.R, 1, func(p *Packet) {})

		cause := errors.New("enough")
		ctx, cancel := context.WithCancelCause(context.Background())
		s.R.SetContext(ctx)
		time.AfterFunc(20*time.Millisecond, func() { cancel(cause) })
		if _, err := s.R.Read(); err != cause {
			t.Fatalf("cancelled: %v", err)
		}
		s.R.SetReadDeadline(time.Now().Add(time.Hour))
		if _, err := s.R.Read(); err != cause {
			t.Fatalf("cancelled before: %v", err)
		}
		//lint:ignore SA1012 nil is how a context is taken back
		s.R.SetContext(nil)
		send(t, c, []byte("again"))
		collect(t, s.R, 1, func(p *Packet) {})

		done := make(chan struct{})
		time.AfterFunc(20*time.Millisecond, func() { s.Close(); close(done) })
		for range 2 {
			if _, err := s.R.Read(); !errors.Is(err, net.ErrClosed) {
				t.Fatalf("closed: %v", err)
			}
		}
		<-done
		ds := []Datagram{{Data: []byte("x"), Dst: addrOf(c)}, {Data: []byte("y"), Dst: addrOf(c)}}
		n, err := s.W.Write(ds)
		if n != 0 || !errors.Is(err, net.ErrClosed) || !errors.Is(ds[1].Err, net.ErrClosed) {
			t.Fatalf("write to closed: %d %v", n, err)
		}
		if st := s.W.Stats(); st.Failed != 2 || st.Packets != 0 {
			t.Fatalf("%+v", st)
		}
		s.R.Stats()
		s.Close() // twice does no harm
	})
}

// Close comes at any moment of a busy socket.
func TestCloseBusy(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		for i := range 20 {
			s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Batch: 4})
			c := dial(t, s.LocalAddr())
			stop := make(chan struct{})
			go func() {
				defer close(stop)
				for range 2000 {
					c.Write([]byte("busy")) // refused once it is closed
				}
			}()
			time.AfterFunc(time.Duration(i*100)*time.Microsecond, func() { s.Close() })
			for {
				if _, err := s.R.Read(); err != nil {
					if !errors.Is(err, net.ErrClosed) {
						t.Fatal(err)
					}
					break
				}
			}
			<-stop
		}
	})
}

// A window lets packets gather, and keeps their order. How often packets come is
// up to the machine: rounds are run until the Reader found them worth a sleep.
func TestWindow(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2} {
		runtime.GOMAXPROCS(procs)
		t.Run(fmt.Sprintf("procs=%d", procs), testWindow)
	}
}

func testWindow(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Window: time.Millisecond})
		c := dial(t, s.LocalAddr())
		const n = 200
		slept := impl == Portable // which reads one packet a call
		for round, end := 0, time.Now().Add(20*time.Second); round == 0 || !slept && time.Now().Before(end); round++ {
			s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
			go func() {
				for i := range n {
					c.Write(fmt.Appendf(nil, "%d", i))
					if i%10 == 0 {
						time.Sleep(100 * time.Microsecond)
					}
				}
			}()
			for next := 0; next < n; {
				ps, err := s.R.Read()
				if err != nil {
					t.Fatalf("%v with %d packets to come", err, n-next)
				}
				for i := range ps {
					if string(ps[i].Data) != fmt.Sprint(next) {
						t.Fatalf("got %q, want %d", ps[i].Data, next)
					}
					next++
				}
				slept = slept || s.R.slept
			}
		}
		if !slept {
			t.Error("never waited for packets to gather")
		}
	})
}

// sent = read + dropped, at overload and with a reader that is too slow.
func TestNothingLost(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, Batch: 8, RecvBuffer: 8192})
		c := dial(t, s.LocalAddr())
		const total = 30000
		sent := make(chan struct{})
		go func() {
			defer close(sent)
			for i := range total {
				if _, err := c.Write(fmt.Appendf(nil, "%-300d", i)); err != nil {
					t.Error(err)
					return
				}
			}
			s.R.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		}()
		got, last := 0, -1
		begun := time.Now()
		for {
			ps, err := s.R.Read()
			if errors.Is(err, os.ErrDeadlineExceeded) {
				<-sent
				// A busy machine may let the deadline pass before all was read.
				st := s.R.Stats()
				if onLinux && st.DropsFrom == MemInfo && got+int(st.Drops) < total && time.Since(begun) < 20*time.Second {
					s.R.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
					continue
				}
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			for i := range ps {
				var n int
				fmt.Sscan(string(ps[i].Data), &n)
				if n <= last {
					t.Fatalf("packet %d after %d", n, last)
				}
				last = n
				got++
			}
			if got%1000 < len(ps) {
				time.Sleep(time.Millisecond) // slow
			}
		}
		st := s.R.Stats()
		if onLinux && st.DropsFrom != MemInfo {
			t.Skipf("NOT RUN: drops are known from %v only", st.DropsFrom)
		}
		if onLinux && got+int(st.Drops) != total {
			t.Errorf("%d sent, %d read, %d dropped: %d unaccounted for", total, got, st.Drops, total-got-int(st.Drops))
		}
		if again := s.R.Stats(); again != st {
			t.Errorf("asked twice: %+v, then %+v", st, again)
		}
		if uint64(got) != st.Packets {
			t.Errorf("%d read, %+v", got, st)
		}
		if st.Drops == 0 {
			t.Error("nothing was dropped: this was no overload")
		}
		t.Logf("%s: %d read in %d batches, %d dropped", impl, got, st.Batches, st.Drops)
	})
}

func TestBuffers(t *testing.T) {
	eachImpl(t, func(t *testing.T, impl Impl) {
		s := open(t, "udp4", "127.0.0.1:0", Config{Impl: impl, RecvBuffer: 100000, SendBuffer: 50000})
		recv, snd, err := s.Buffers()
		if err != nil {
			t.Fatal(err)
		}
		if recv.Asked != 100000 || snd.Asked != 50000 {
			t.Errorf("asked %d and %d", recv.Asked, snd.Asked)
		}
		if onLinux && (recv.Granted != 200000 || snd.Granted != 100000) {
			t.Errorf("granted %d and %d, want the double of what was asked", recv.Granted, snd.Granted)
		}
	})
	if (Buffer{}).Packets(600) != 0 || (Buffer{Granted: 1 << 20}).Packets(-1) != 0 {
		t.Error("an unknown buffer holds packets")
	}
}
