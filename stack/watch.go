package stack

import (
	"math/rand/v2"
	"os"
	"time"
)

// errDead is why a connection was closed that did not answer a ping.
var errDead = os.ErrDeadlineExceeded

// watchStep is how often the connections are looked at.
const watchStep = 100 * time.Millisecond

// watch pings the connections made here (RFC 5626, 4.4.1), and closes those
// that do not answer and those that have been idle.
func (s *Stack) watch() {
	tick := time.NewTicker(watchStep)
	defer tick.Stop()
	var all []*conn
	for {
		select {
		case <-tick.C:
		case <-s.ctx.Done():
			return
		}
		s.mu.Lock()
		all = all[:0]
		for _, cn := range s.conns {
			all = append(all, cn)
		}
		s.mu.Unlock()
		now := s.now()
		for _, cn := range all {
			cn.look(now)
		}
	}
}

func (cn *conn) look(now time.Duration) {
	s := cn.stack
	pinged := time.Duration(cn.pinged.Load())
	switch {
	case pinged != 0 && now-pinged > s.config.Pong:
		s.stats.dead.Add(1)
		cn.close(errDead)
	case now-time.Duration(cn.used.Load()) > s.config.Idle:
		s.stats.idle.Add(1)
		cn.close(os.ErrDeadlineExceeded)
	case cn.outgoing && s.config.KeepAlive > 0 && pinged == 0 && cn.isUp() && now >= time.Duration(cn.nextPing.Load()):
		cn.pinged.Store(int64(now))
		cn.schedule()
		cn.send(item{b: ping})
	}
}

func (cn *conn) isUp() bool {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	return cn.link != nil
}

// schedule sets the time of the next ping: 80 to 100 % of the interval (RFC
// 5626, 4.4.1).
func (cn *conn) schedule() {
	d := cn.stack.config.KeepAlive
	if d > 0 {
		d -= time.Duration(rand.Int64N(int64(d/5) + 1))
		cn.nextPing.Store(int64(cn.stack.now() + d))
	}
}
