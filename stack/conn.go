package stack

import (
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// A place is where a connection leads to. Name is the one that the certificate
// of its other side has shown, or is to show: a connection is not used for
// another name.
type place struct {
	transport header.Transport
	addr      netip.AddrPort
	name      string
}

// A conn is one connection, over TCP, TLS or WebSocket. A goroutine reads it,
// another one writes what is queued, so that a peer that does not read stops
// nobody.
type conn struct {
	stack    *Stack
	flow     uint64
	place    place
	outgoing bool
	cert     *certificate // of a client over TLS, for aliases
	aliases  []place
	used     atomic.Int64 // time of the last bytes, as Stack.now
	pinged   atomic.Int64 // time of a ping that has no answer yet, 0 for none
	nextPing atomic.Int64

	mu     sync.Mutex
	link   link // nil until the connection is there
	queue  []item
	queued int           // bytes of queue
	wake   chan struct{} // cap 1: something to write, or closed
	done   chan struct{}
	ending error // why it is closed when the queue is written
	err    error // why it was closed
}

// An item is a message that waits to be written.
type item struct {
	core *core
	tx   transaction.Handle
	b    []byte
}

// A link writes messages to a connection and reads them.
type link interface {
	write(items []item) error
	// read calls got for each message, ping for a ping and pong for line ends
	// alone, until the connection ends, and lost when it ends because the bytes
	// cannot be cut into messages.
	read(got func(*codec.Message), lost func(*codec.Message, sipwire.Code), ping, pong func()) error
	close()
}

// send queues a message and reports whether there was room.
func (cn *conn) send(it item) bool {
	cn.mu.Lock()
	if cn.err != nil {
		cn.mu.Unlock()
		return false
	}
	if cn.queued+len(it.b) > cn.stack.config.MaxQueue {
		cn.mu.Unlock()
		cn.stack.stats.queueFull.Add(1)
		return false
	}
	cn.queue = append(cn.queue, it)
	cn.queued += len(it.b)
	cn.mu.Unlock()
	select {
	case cn.wake <- struct{}{}:
	default:
	}
	return true
}

// take returns what is queued, whether the connection is still open, and why it
// is to be closed then.
func (cn *conn) take() (items []item, open bool, ending error) {
	cn.mu.Lock()
	defer cn.mu.Unlock()
	items = cn.queue
	cn.queue, cn.queued = nil, 0
	return items, cn.err == nil, cn.ending
}

// end closes a connection behind what is queued, such as a 400 to what could
// not be read.
func (cn *conn) end(err error) {
	if err == nil {
		err = net.ErrClosed
	}
	cn.mu.Lock()
	cn.ending = err
	cn.mu.Unlock()
	select {
	case cn.wake <- struct{}{}:
	default:
	}
}

// writing writes what is queued until the connection is closed.
func (cn *conn) writing() {
	for {
		select {
		case <-cn.wake:
		case <-cn.done:
		}
		items, open, ending := cn.take()
		if open && len(items) > 0 {
			if err := cn.link.write(items); err != nil {
				cn.close(err)
				failed(items)
				continue
			}
			cn.touch()
			items = nil
		}
		if open && ending != nil {
			cn.close(ending)
		}
		if !open {
			failed(items)
			return
		}
	}
}

// failed says that messages were not sent.
func failed(items []item) {
	for _, it := range items {
		if it.core != nil {
			it.core.sendFailed(it.tx)
		}
	}
}

func (cn *conn) touch() { cn.used.Store(int64(cn.stack.now())) }

// run reads and writes a connection until it ends.
func (cn *conn) run(l link) {
	cn.mu.Lock()
	if cn.err != nil {
		cn.mu.Unlock()
		l.close()
		items, _, _ := cn.take()
		failed(items)
		return
	}
	cn.link = l
	cn.mu.Unlock()
	cn.touch()
	cn.schedule()
	s := cn.stack
	s.work.Go(cn.writing)
	from := transaction.Addr{IP: cn.place.addr, Transport: cn.place.transport, Flow: cn.flow}
	err := l.read(func(m *codec.Message) {
		cn.touch()
		cn.pinged.Store(0)
		if m.Err() == nil && m.IsRequest() {
			cn.alias(m)
		}
		c := s.coreOf(m.Value(header.IDCallID))
		c.lock()
		c.receive(m, from)
		c.unlock()
	}, func(m *codec.Message, code sipwire.Code) {
		c := s.cores[0]
		c.lock()
		c.refuse(m, code, from)
		c.unlock()
	}, func() {
		cn.touch()
		// Two pongs with nothing between them are the bytes of a ping.
		if cn.pinged.Swap(0) == 0 {
			cn.send(item{b: pong})
		}
	}, func() {
		cn.touch()
		cn.pinged.Store(0)
	})
	cn.end(err)
}

// close ends a connection. What waits for it fails.
func (cn *conn) close(err error) {
	if err == nil {
		err = net.ErrClosed
	}
	cn.mu.Lock()
	if cn.err != nil {
		cn.mu.Unlock()
		return
	}
	cn.err = err
	l := cn.link
	close(cn.done)
	cn.mu.Unlock()
	cn.stack.forget(cn)
	if l != nil {
		l.close()
	}
}

// A certificate is that which the client of a TLS connection has shown.
type certificate struct{ state tls.ConnectionState }

// names reports whether the certificate is one for a host.
func (c *certificate) names(host string) bool {
	return len(c.state.VerifiedChains) > 0 && c.state.PeerCertificates[0].VerifyHostname(host) == nil
}

// alias makes a connection that was accepted the one for requests to where the
// Via of its client says that it listens (RFC 5923, 8.2).
func (cn *conn) alias(m *codec.Message) {
	t := cn.place.transport
	if cn.outgoing || len(cn.aliases) > 0 || t != header.TransportTCP && t != header.TransportTLS {
		return
	}
	via, err := m.TopVia()
	if err != nil {
		return
	}
	if _, ok := via.Params().Get("alias"); !ok {
		return
	}
	host := string(via.Host())
	if t == header.TransportTLS && (cn.cert == nil || !cn.cert.names(host)) ||
		t == header.TransportTCP && !cn.stack.config.AliasTCP {
		return
	}
	port, ok := via.Port()
	if !ok {
		port = t.DefaultPort()
	}
	at := netip.AddrPortFrom(cn.place.addr.Addr(), port)
	cn.stack.addAlias(cn, placeOf(t, at, host))
}
