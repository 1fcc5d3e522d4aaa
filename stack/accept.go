package stack

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"github.com/sipwire/sipwire/header"
)

func (s *Stack) listenStream(t header.Transport, address string) error {
	if t.IsSecure() && s.config.TLS == nil {
		return errors.New("stack: a listener for " + t.String() + " needs Config.TLS")
	}
	nl, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	l := &listener{Listener: nl, transport: t, addr: nl.Addr().(*net.TCPAddr).AddrPort()}
	switch t {
	case header.TransportWSS:
		config := s.config.TLS.Clone()
		config.NextProtos = []string{"http/1.1"} // WebSocket is an upgrade of it
		l.Listener = tls.NewListener(nl, config)
		fallthrough
	case header.TransportWS:
		l.server = &http.Server{Handler: s.WebSocket(), ReadHeaderTimeout: s.config.DialTime, IdleTimeout: s.config.DialTime}
		l.server.ConnState = s.handshakes()
	}
	s.listeners = append(s.listeners, l)
	return nil
}

// handshakes closes connections that are not WebSockets yet when there are
// Config.MaxConns of them.
func (s *Stack) handshakes() func(net.Conn, http.ConnState) {
	var n atomic.Int64
	return func(c net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			if n.Add(1) > int64(s.config.MaxConns) {
				s.stats.refused.Add(1)
				c.Close()
			}
		case http.StateHijacked, http.StateClosed:
			n.Add(-1)
		}
	}
}

// accept takes the connections of a listener.
func (s *Stack) accept(l *listener) {
	if l.server != nil {
		_ = l.server.Serve(l.Listener)
		return
	}
	for {
		c, err := l.Accept()
		if err != nil {
			if s.ctx.Err() != nil || errors.Is(err, net.ErrClosed) {
				return
			}
			// Out of descriptors, say: it may pass.
			select {
			case <-time.After(50 * time.Millisecond):
			case <-s.ctx.Done():
				return
			}
			continue
		}
		cn := s.admit(l.transport, c.RemoteAddr())
		if cn == nil {
			c.Close()
			continue
		}
		s.work.Go(func() { s.serve(cn, c) })
	}
}

// serve reads a connection that was accepted.
func (s *Stack) serve(cn *conn, c net.Conn) {
	if cn.place.transport == header.TransportTLS {
		tc := tls.Server(c, s.config.TLS)
		ctx, cancel := context.WithTimeout(s.ctx, s.config.DialTime)
		err := tc.HandshakeContext(ctx)
		cancel()
		if err != nil {
			c.Close()
			cn.close(err)
			return
		}
		cn.cert = &certificate{tc.ConnectionState()}
		c = tc
	}
	cn.run(newStream(c, &s.config))
}

// WebSocket returns a handler that takes SIP over WebSocket (RFC 7118), for an
// HTTP server of the caller; a listener for ws or wss has one of its own.
// Config.MaxConns and MaxConnsPeer hold for it. Browsers may come from any
// origin: whoever may call is for the SIP requests to say.
func (s *Stack) WebSocket() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := header.TransportWS
		if r.TLS != nil {
			t = header.TransportWSS
		}
		peer, _ := net.ResolveTCPAddr("tcp", r.RemoteAddr) // a number: no name is looked up
		cn := s.admit(t, peer)
		if cn == nil {
			http.Error(w, "too many connections", http.StatusServiceUnavailable)
			return
		}
		c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"sip"}, InsecureSkipVerify: true})
		if err != nil {
			cn.close(err)
			return
		}
		if c.Subprotocol() != "sip" { // RFC 7118, 4.2
			c.Close(websocket.StatusPolicyViolation, "the subprotocol is sip")
			cn.close(nil)
			return
		}
		done := make(chan struct{})
		if s.spawn(func() {
			defer close(done)
			cn.run(&webSocket{c: c, ctx: s.ctx, config: &s.config})
		}) {
			<-done
		}
	})
}
