package stack

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	"github.com/coder/websocket"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
)

// ping and pong are the keep-alive of RFC 5626, 3.5.1.
var (
	ping = []byte("\r\n\r\n")
	pong = []byte("\r\n")
)

// A stream is a link over TCP or TLS.
type stream struct {
	c      net.Conn
	out    codec.StreamWriter
	config *Config
}

func newStream(c net.Conn, config *Config) *stream {
	st := &stream{c: c, config: config}
	st.out.W = c
	return st
}

func (st *stream) write(items []item) error {
	for _, it := range items {
		st.out.Add(it.b)
	}
	_ = st.c.SetWriteDeadline(time.Now().Add(st.config.MessageTime))
	_, err := st.out.Flush()
	return err
}

func (st *stream) read(got func(*codec.Message), lost func(*codec.Message, sipwire.Code), pinged, ponged func()) error {
	in := codec.Stream{MaxIdle: st.config.MessageTime, MaxHead: st.config.MaxMessage}
	in.Parser.MaxMessage = st.config.MaxMessage
	defer in.Close()
	m := codec.Acquire()
	defer codec.Release(m)
	for {
		m.Reset()
		e, err := in.ReadNext(st.c, m)
		if in.Lost() != nil && m.IsRequest() {
			lost(m, in.Fault().Code) // what could be read of it, for a 400
			return err
		}
		if err != nil && e != codec.GotMessage {
			return err
		}
		switch e {
		case codec.GotMessage:
			got(m)
		case codec.Ping:
			pinged()
		case codec.LineEnd:
			ponged()
		}
	}
}

func (st *stream) close() {
	if t, ok := st.c.(*tls.Conn); ok {
		// Its own Close waits up to 5 s for a peer that does not read.
		_ = t.NetConn().SetWriteDeadline(time.Now().Add(time.Second))
	}
	st.c.Close()
}

// A webSocket is a link over WebSocket (RFC 7118).
type webSocket struct {
	c      *websocket.Conn
	ctx    context.Context
	config *Config
}

func (ws *webSocket) write(items []item) error {
	for _, it := range items {
		ctx, cancel := context.WithTimeout(ws.ctx, ws.config.MessageTime)
		err := ws.c.Write(ctx, websocket.MessageText, it.b)
		cancel()
		if err != nil {
			return err
		}
	}
	return nil
}

func (ws *webSocket) read(got func(*codec.Message), _ func(*codec.Message, sipwire.Code), pinged, ponged func()) error {
	ws.c.SetReadLimit(int64(ws.config.MaxMessage))
	m := codec.Acquire()
	defer codec.Release(m)
	for {
		_, b, err := ws.c.Read(ws.ctx)
		switch {
		case err != nil:
			return err
		case string(b) == string(ping):
			pinged()
		case isKeepAlive(b):
			ponged()
		default:
			_ = m.Parse(b) // the core asks for the error
			got(m)
		}
	}
}

func (ws *webSocket) close() { ws.c.CloseNow() }
