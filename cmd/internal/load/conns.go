package load

import (
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/sipwire/sipwire/codec"
)

// connCarrier carries the messages of a worker over connections, TCP, TLS or
// connected UDP: one for all calls, one for each, or those that clients make; or
// over a UDP socket for each of several addresses.
//
// Each connection has a goroutine that only reads; what it reads goes through
// one channel to the worker, which owns everything else.
type connCarrier struct {
	w        *worker
	dial     func(remote netip.AddrPort) (net.Conn, error)
	listener net.Listener
	first    net.Conn // the one connection for all calls
	own      []*conn  // with a socket for each address of this host
	input    chan piece
	free     sync.Pool // of *[]byte, for pieces
	conns    map[int32]*conn
	next     int32
	dirty    []*conn
	timer    *time.Timer
	m        codec.Message
	closed   chan struct{}
	err      error
}

// A conn is one connection.
type conn struct {
	net    net.Conn
	id     int32
	remote netip.AddrPort
	packet bool // each read is one message
	open   bool // a UDP socket that is not connected
	stream codec.Stream
	out    []byte
}

// A piece is what a reader has read, or what became of its connection.
type piece struct {
	c    *conn
	from netip.AddrPort // of a socket that is not connected
	data *[]byte
	at   int64
	err  error
	new  bool
}

const (
	pieceSize    = 16 << 10
	writeTimeout = 10 * time.Second
)

func newConnCarrier(w *worker) *connCarrier {
	cc := &connCarrier{w: w, input: make(chan piece, 1024), conns: map[int32]*conn{}, timer: time.NewTimer(time.Hour), closed: make(chan struct{})}
	cc.free.New = func() any { b := make([]byte, pieceSize); return &b }
	return cc
}

// start begins to read.
func (cc *connCarrier) start() {
	if cc.first != nil {
		cc.register(cc.newConn(cc.first))
	}
	for _, c := range cc.own {
		cc.register(c)
	}
	if cc.listener != nil {
		go cc.accept()
	}
}

// connect makes a connection for one call and begins to read from it.
func (cc *connCarrier) connect(remote netip.AddrPort) (int32, uint16, error) {
	nc, err := cc.dial(remote)
	if err != nil {
		return -1, 0, err
	}
	c := cc.newConn(nc)
	cc.register(c)
	return c.id, addrPort(nc.LocalAddr()).Port(), nil
}

func (cc *connCarrier) newConn(nc net.Conn) *conn {
	_, packet := nc.(*net.UDPConn)
	return &conn{net: nc, remote: addrPort(nc.RemoteAddr()), packet: packet}
}

// register gives a connection its number. Numbers are not used again: what is
// still in the channel of an old one would be taken for the new one's.
func (cc *connCarrier) register(c *conn) {
	c.id = cc.next
	cc.next++
	cc.conns[c.id] = c
	go cc.read(c)
}

// addrPort is the address of a TCP or UDP end.
func addrPort(a net.Addr) netip.AddrPort {
	switch a := a.(type) {
	case *net.TCPAddr:
		return netip.AddrPortFrom(a.AddrPort().Addr().Unmap(), uint16(a.Port))
	case *net.UDPAddr:
		return netip.AddrPortFrom(a.AddrPort().Addr().Unmap(), uint16(a.Port))
	}
	return netip.AddrPort{}
}

// accept takes connections that clients make, until the listener is closed.
func (cc *connCarrier) accept() {
	for {
		nc, err := cc.listener.Accept()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of descriptors: some will come free
			continue
		}
		select {
		case cc.input <- piece{c: cc.newConn(nc), new: true}:
		case <-cc.closed:
			nc.Close()
			return
		}
	}
}

// read reads a connection until its end.
func (cc *connCarrier) read(c *conn) {
	for {
		b := cc.free.Get().(*[]byte)
		*b = (*b)[:pieceSize]
		n, from, err := c.receive(*b)
		*b = (*b)[:n]
		if err != nil && c.packet && isRefused(err) {
			cc.free.Put(b)
			continue
		}
		select {
		case cc.input <- piece{c: c, from: from, data: b, at: cc.w.clock.now(), err: err}:
		case <-cc.closed:
			return
		}
		if err != nil {
			return
		}
	}
}

// receive reads once; from is where a packet came from.
func (c *conn) receive(b []byte) (n int, from netip.AddrPort, err error) {
	if !c.open {
		n, err = c.net.Read(b)
		return n, c.remote, err
	}
	n, from, err = c.net.(*net.UDPConn).ReadFromUDPAddrPort(b)
	return n, netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), err
}

// wait takes what comes until a time.
func (cc *connCarrier) wait(until int64) error {
	if cc.err != nil {
		return cc.err
	}
	// What is there already, without touching the timer.
	for taken := 0; taken < cap(cc.input); taken++ {
		select {
		case p := <-cc.input:
			cc.take(p)
			continue
		default:
		}
		if taken > 0 {
			return nil
		}
		break
	}
	d := time.Duration(until - cc.w.clock.now())
	if d <= 0 {
		return nil
	}
	if d < 2*time.Millisecond {
		// Short waits are exact, and let what comes gather.
		sleep(min(d, time.Duration(gather)))
		return nil
	}
	cc.timer.Reset(d - time.Duration(exactly))
	select {
	case p := <-cc.input:
		cc.take(p)
	case <-cc.timer.C:
	}
	return nil
}

// take hands what a piece holds to the engine.
func (cc *connCarrier) take(p piece) {
	c := p.c
	if p.new {
		cc.register(c)
		return
	}
	if cc.conns[c.id] == nil {
		return // closed meanwhile
	}
	if len(*p.data) > 0 {
		cc.messages(c, *p.data, p.at, p.from)
	}
	cc.free.Put(p.data)
	if p.err != nil || c.stream.Lost() != nil {
		cc.drop(c)
		cc.w.engine.Lost(c.id)
	}
}

// messages parses what has come on a connection.
func (cc *connCarrier) messages(c *conn, data []byte, at int64, from netip.AddrPort) {
	now := cc.w.clock.now()
	if c.packet {
		if cc.m.Parse(data) != nil {
			cc.w.engine.Counts.Malformed++
			return
		}
		cc.w.engine.Receive(now, at, &cc.m, from, c.id)
		return
	}
	c.stream.Write(data)
	for {
		event, err := c.stream.Next(&cc.m)
		switch {
		case c.stream.Lost() != nil:
			cc.w.engine.Counts.Malformed++
			return
		case event == codec.NeedMore:
			return
		case err != nil:
			cc.w.engine.Counts.Malformed++
		case event == codec.Ping:
			c.queue(cc, []byte("\r\n"))
		case event == codec.GotMessage:
			cc.w.engine.Receive(now, at, &cc.m, c.remote, c.id)
		}
	}
}

// queue adds bytes to what is to be written.
func (c *conn) queue(cc *connCarrier, data []byte) {
	if len(c.out) == 0 {
		cc.dirty = append(cc.dirty, c)
	}
	c.out = append(c.out, data...)
}

// flush writes what the engine has put out, each connection at once.
func (cc *connCarrier) flush() error {
	e := cc.w.engine
	for _, o := range e.Out() {
		if c := cc.conns[o.Conn]; c == nil {
			e.Counts.SendErrors++
		} else if data := e.Data(&o); c.packet {
			if err := c.write(data, o.Remote); err != nil && !isRefused(err) {
				e.Counts.SendErrors++
			}
		} else {
			c.queue(cc, data)
		}
	}
	e.Flushed()
	for _, c := range cc.dirty {
		c.net.SetWriteDeadline(time.Now().Add(writeTimeout))
		_, err := c.net.Write(c.out)
		c.out = c.out[:0]
		if err != nil && cc.conns[c.id] != nil {
			cc.drop(c)
			e.Lost(c.id)
		}
	}
	cc.dirty = cc.dirty[:0]
	return nil
}

// write sends one packet.
func (c *conn) write(data []byte, to netip.AddrPort) (err error) {
	if c.open {
		_, err = c.net.(*net.UDPConn).WriteToUDPAddrPort(data, to)
	} else {
		_, err = c.net.Write(data)
	}
	return err
}

// seen is now: what has been read is taken soon.
func (cc *connCarrier) seen(now int64) int64 { return now }

// count has nothing to count: a connection drops nothing.
func (cc *connCarrier) count() {}

// end closes the connection of a call that is over, behind what is still to be
// written on it.
func (cc *connCarrier) end(id int32) {
	if c := cc.conns[id]; c != nil {
		if cc.flush(); cc.conns[id] != nil {
			cc.drop(c)
		}
	}
}

func (cc *connCarrier) drop(c *conn) {
	delete(cc.conns, c.id)
	c.net.Close()
	c.stream.Close()
}

func (cc *connCarrier) close() {
	close(cc.closed)
	if cc.listener != nil {
		cc.listener.Close()
	}
	for _, c := range cc.conns {
		if t, ok := c.net.(*tls.Conn); ok {
			t.CloseWrite()
		}
		cc.drop(c)
	}
}
