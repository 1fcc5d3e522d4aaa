package main

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// A callee has one call at a time.
type callee struct {
	conn    *net.UDPConn
	contact *compose.Address
	key     compose.Key
	rings   time.Duration // how long a call rings before it is taken
	m       codec.Message

	invite *codec.Message // of the call that rings, or was taken and has no ACK yet
	from   netip.AddrPort // where it came from
	due    time.Time      // when the call is taken, or its 200 sent again
	wait   time.Duration  // before the 200 is sent again
	dialog []byte         // the ID of the call that was taken
}

func newCallee(conn *net.UDPConn, user string, rings time.Duration) *callee {
	contact := &compose.Address{URI: []byte("sip:" + user + "@" + conn.LocalAddr().String())}
	return &callee{conn: conn, contact: contact, key: compose.NewKey(), rings: rings}
}

// serve answers requests until the connection is closed.
func (c *callee) serve() error {
	in := make([]byte, 64<<10)
	for {
		deadline := time.Time{}
		if c.invite != nil {
			deadline = c.due
		}
		c.conn.SetReadDeadline(deadline)
		n, src, err := c.conn.ReadFromUDPAddrPort(in)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			c.take()
			continue
		} else if err != nil {
			return err
		}
		src = netip.AddrPortFrom(src.Addr().Unmap(), src.Port())
		if err := c.m.Parse(in[:n]); err != nil {
			c.reply(&c.m, src, c.m.Fault().Code.Status())
		} else {
			c.request(src)
		}
	}
}

// request does what a request asks for.
func (c *callee) request(src netip.AddrPort) {
	m := &c.m
	id, _ := m.AppendDialogID(nil, codec.UAS)
	known := c.dialog != nil && string(id) == string(c.dialog)
	ringing := c.invite != nil && c.dialog == nil
	switch m.Method() {
	case header.MethodACK:
		if known {
			c.invite = nil
		}
	case header.MethodINVITE:
		switch {
		case c.invite != nil && sameRequest(c.invite, m):
			if ringing {
				c.reply(m, src, 180)
			}
		case m.InDialog() && !known:
			c.reply(m, src, 481)
		case c.invite != nil || c.dialog != nil:
			c.reply(m, src, 486)
		default:
			c.invite, c.from = m.Clone(), src
			c.due, c.wait = time.Now().Add(c.rings), 500*time.Millisecond
			c.reply(m, src, 180)
		}
	case header.MethodCANCEL:
		if c.invite == nil || !sameRequest(c.invite, m) {
			c.reply(m, src, 481)
			return
		}
		c.reply(m, src, 200)
		if ringing { // else it comes too late (9.2)
			c.reply(c.invite, c.from, 487)
			c.invite = nil
		}
	case header.MethodBYE:
		if !known {
			c.reply(m, src, 481)
			return
		}
		c.invite, c.dialog = nil, nil
		c.reply(m, src, 200)
	case header.MethodOPTIONS:
		c.reply(m, src, 200)
	default:
		c.reply(m, src, 405)
	}
}

// sameRequest reports whether m is the INVITE again, or its CANCEL (RFC 3261, 9.2).
func sameRequest(invite, m *codec.Message) bool {
	want, _ := invite.AppendTransactionKey(nil)
	got, err := m.AppendCanceledKey(nil)
	return err == nil && string(got) == string(want)
}

// take takes the call that rings, and sends the 200 again as long as there is no
// ACK (RFC 3261, 13.3.1.4). The ID of the dialog is known before it is sent.
func (c *callee) take() {
	tag, err := c.key.AppendTag(nil, c.invite)
	var d compose.Dialog
	if err == nil {
		err = d.Begin(c.invite, tag)
	}
	if err != nil {
		c.reply(c.invite, c.from, 400)
		c.invite = nil
		return
	}
	if c.wait > 16*time.Second { // 64*T1 are over
		c.invite, c.dialog = nil, nil
		return
	}
	c.dialog, _ = d.AppendID(nil)
	c.reply(c.invite, c.from, 200)
	c.due, c.wait = time.Now().Add(c.wait), 2*c.wait
}

var allow = compose.HeaderField{ID: header.IDAllow, Value: []byte("INVITE, ACK, CANCEL, BYE, OPTIONS")}

// reply answers a request that came from src. Nothing answers an ACK, a response, or
// what is neither.
func (c *callee) reply(m *codec.Message, src netip.AddrPort, status int) {
	tag, err := c.key.AppendTag(nil, m)
	if err != nil {
		return
	}
	out, err := compose.AppendReply(nil, m, &compose.Reply{Status: status, Tag: tag, Source: src,
		Fields: []compose.HeaderField{allow, {ID: header.IDContact, Addr: c.contact}}})
	to, err2 := m.ResponseDestination(src)
	if addr, ok := to.AddrPort(); err == nil && err2 == nil && ok {
		_, _ = c.conn.WriteToUDPAddrPort(out, addr)
	}
}
