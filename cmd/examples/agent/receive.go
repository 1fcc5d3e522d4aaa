package main

import (
	"net/netip"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// receive reads one packet, gives a response away, and answers a request.
func (a *agent) receive(until time.Time, response func(m *codec.Message)) error {
	in := make([]byte, 64<<10) // the message is kept
	a.conn.SetReadDeadline(until)
	n, src, err := a.conn.ReadFromUDPAddrPort(in)
	if err != nil {
		return err
	}
	m := new(codec.Message)
	switch err := m.Parse(in[:n]); {
	case m.IsRequest():
		a.answer(m, netip.AddrPortFrom(src.Addr().Unmap(), src.Port()))
	case err == nil && m.IsResponse():
		response(m)
	}
	return nil
}

// answer answers a request: a BYE ends the call, and there is nothing else to ask
// of a caller.
func (a *agent) answer(m *codec.Message, src netip.AddrPort) {
	status := 405
	if m.Method() == header.MethodBYE {
		id, err := m.AppendDialogID(nil, codec.UAS)
		own, err2 := a.dialog.AppendID(nil)
		if status = 481; err == nil && err2 == nil && string(id) == string(own) {
			status, a.over = 200, true
		}
	}
	tag, err := a.key.AppendTag(nil, m)
	to, err2 := m.ResponseDestination(src)
	if err != nil || err2 != nil {
		return
	}
	out, _ := compose.AppendReply(nil, m, &compose.Reply{Status: status, Tag: tag, Source: src,
		Fields: []compose.HeaderField{{ID: header.IDAllow, Value: []byte("BYE")}}})
	if addr, ok := to.AddrPort(); ok && len(out) > 0 {
		_, _ = a.conn.WriteToUDPAddrPort(out, addr)
	}
}
