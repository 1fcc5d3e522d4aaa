//go:build unix

package state

import (
	"bytes"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
)

// fake is a socket: ReadFrom gives requests as long as there is work, and
// WriteTo counts the answers.
type fake struct {
	mu     sync.Mutex
	wake   *sync.Cond
	r      *request
	left   int // requests to give
	flying int
	done   int
	closed bool
	late   bool // the time is over

	// sipgo takes each message in a goroutine of its own. A repeat that
	// overtakes its request gets no answer, so it is given behind the answer.
	copies   int
	repeat   []uint32 // numbers of requests to give again
	answered []bool   // by number
}

// waits reports whether there is nothing to give now.
func (f *fake) waits() bool { return f.flying >= 64 || f.left == 0 && len(f.repeat) == 0 }

func (f *fake) ReadFrom(b []byte) (int, net.Addr, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for !f.closed && f.waits() {
		f.wake.Wait()
	}
	if f.closed {
		return 0, nil, net.ErrClosed
	}
	f.flying++
	from := &net.UDPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 5060}
	if n := len(f.repeat); n > 0 {
		number := f.r.number
		f.r.number = f.repeat[n-1] - 1
		f.repeat = f.repeat[:n-1]
		n = copy(b, f.r.next())
		f.r.number = number
		return n, from, nil
	}
	f.left--
	return copy(b, f.r.next()), from, nil
}

func (f *fake) WriteTo(b []byte, _ net.Addr) (int, error) {
	f.mu.Lock()
	f.flying--
	f.done++
	if f.copies > 1 {
		if number := numberOf(b); !f.answered[number] {
			f.answered[number] = true
			f.repeat = append(f.repeat, number)
		}
	}
	f.mu.Unlock()
	f.wake.Broadcast()
	return len(b), nil
}

// numberOf returns the number of the request that a response is for.
func numberOf(b []byte) uint32 {
	const before = "branch=z9hG4bK74bf9"
	at := bytes.Index(b, []byte(before)) + len(before)
	n, err := strconv.ParseUint(string(b[at:at+8]), 16, 32)
	if err != nil {
		panic(err)
	}
	return uint32(n)
}

func (f *fake) Close() error {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.wake.Broadcast()
	return nil
}

func (f *fake) LocalAddr() net.Addr              { return &net.UDPAddr{IP: net.IPv4(192, 0, 2, 2), Port: 5060} }
func (f *fake) SetDeadline(time.Time) error      { return nil }
func (f *fake) SetReadDeadline(time.Time) error  { return nil }
func (f *fake) SetWriteDeadline(time.Time) error { return nil }

// sipgo answers through its transport layer, with its transaction layer or
// without. T1 is 5 ms, so that transactions end 320 ms later and their ends are
// a part of what is measured.
func sipgo(b *testing.B, stateful bool, copies int) {
	sip.SetTimers(5*time.Millisecond, 40*time.Millisecond, 50*time.Millisecond)
	f := &fake{r: newRequest("OPTIONS"), copies: copies, answered: make([]bool, b.N+1), repeat: make([]uint32, 0, 128)}
	f.wake = sync.NewCond(&f.mu)
	tp := sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil)
	if stateful {
		tx := sip.NewTransactionLayer(tp)
		tx.OnRequest(func(req *sip.Request, tx *sip.ServerTx) {
			_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
		})
	} else {
		tp.OnMessage(func(m sip.Message) {
			if req, ok := m.(*sip.Request); ok {
				_ = tp.WriteMsg(sip.NewResponseFromRequest(req, 200, "OK", nil))
			}
		})
	}
	go func() { _ = tp.ServeUDP(f) }()
	defer tp.Close()
	defer f.Close()
	stop := time.AfterFunc(time.Minute, func() {
		f.mu.Lock()
		f.late = true
		f.mu.Unlock()
		f.wake.Broadcast()
	})
	defer stop.Stop()
	measured(b, func() {
		f.mu.Lock()
		f.left, f.done = b.N, 0
		f.mu.Unlock()
		f.wake.Broadcast()
		f.mu.Lock()
		for f.done < b.N*copies && !f.late {
			f.wake.Wait()
		}
		late := f.late
		f.mu.Unlock()
		if late {
			b.Fatalf("%d of %d answers in a minute", f.done, b.N*copies)
		}
		if stateful {
			time.Sleep(400 * time.Millisecond) // the last ones end
		}
	})
}
