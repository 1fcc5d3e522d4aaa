//go:build linux

package main

import (
	"net"
	"net/netip"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

// What every server says it can do.
var able = []compose.HeaderField{
	{ID: header.IDAllow, Value: []byte("OPTIONS")},
	{ID: header.IDAccept, Value: []byte("application/sdp")},
	{ID: header.IDAcceptEncoding, Value: []byte("identity")},
	{ID: header.IDAcceptLanguage, Value: []byte("en")},
}

// startServer starts a server that answers OPTIONS.
func startServer(name string) (to netip.AddrPort, err error) {
	s, err := listen(name, "127.0.0.1:0", udp.Config{RecvBuffer: recvBuffer, Batch: batch})
	if err != nil {
		return to, err
	}
	switch name {
	case "sipgo transport":
		err = serveSipgoTransport(s.Conn())
	case "sipgo server":
		err = serveSipgoServer(s.Conn())
	case "net.UDPConn":
		go servePlain(s.Conn())
	default:
		go serveBatches(s)
	}
	return s.LocalAddr(), err
}

// answerer makes the answers of one goroutine.
type answerer struct {
	m     codec.Message
	reply compose.Reply
	key   compose.Key
	tag   []byte
}

func (a *answerer) answer(dst, in []byte, src netip.AddrPort) []byte {
	if a.m.Parse(in) != nil || a.m.Method() != header.MethodOPTIONS {
		return dst
	}
	var err error
	if a.tag, err = a.key.AppendTag(a.tag[:0], &a.m); err != nil {
		return dst
	}
	a.reply = compose.Reply{Status: 200, Tag: a.tag, Source: src, Fields: able}
	dst, _ = compose.AppendReply(dst, &a.m, &a.reply)
	return dst
}

func serveBatches(s *udp.Socket) {
	a := answerer{key: compose.NewKey()}
	out := make([]byte, 0, 65536)
	answers := make([]udp.Datagram, 0, batch)
	for {
		ps, err := s.R.Read()
		if err != nil {
			panic(err)
		}
		out, answers = out[:0], answers[:0]
		for i := range ps {
			at := len(out)
			if out = a.answer(out, ps[i].Data, ps[i].Src); len(out) > at {
				answers = append(answers, ps[i].Reply(out[at:]))
			}
		}
		s.W.Write(answers)
	}
}

func servePlain(c *net.UDPConn) {
	a := answerer{key: compose.NewKey()}
	in, out := make([]byte, 65536), make([]byte, 0, 65536)
	for {
		n, src, err := c.ReadFromUDPAddrPort(in)
		if err != nil {
			panic(err)
		}
		if out = a.answer(out[:0], in[:n], src); len(out) > 0 {
			c.WriteToUDPAddrPort(out, src)
		}
	}
}

func sipgoAnswer(req *sip.Request) *sip.Response {
	res := sip.NewResponseFromRequest(req, 200, "OK", nil)
	for i := range able {
		res.AppendHeader(sip.NewHeader(able[i].ID.String(), string(able[i].Value)))
	}
	return res
}

// serveSipgoTransport uses the transport layer alone.
func serveSipgoTransport(c net.PacketConn) error {
	tp := sip.NewTransportLayer(net.DefaultResolver, sip.NewParser(), nil)
	tp.OnMessage(func(m sip.Message) {
		if req, ok := m.(*sip.Request); ok && req.Method == sip.OPTIONS {
			tp.WriteMsg(sipgoAnswer(req))
		}
	})
	go tp.ServeUDP(c)
	return nil
}

// serveSipgoServer answers in a handler with WriteResponse, which its README
// calls the stateless response; a transaction is made all the same.
func serveSipgoServer(c net.PacketConn) error {
	ua, err := sipgo.NewUA()
	if err != nil {
		return err
	}
	srv, err := sipgo.NewServer(ua)
	if err != nil {
		return err
	}
	srv.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		srv.WriteResponse(sipgoAnswer(req))
	})
	go srv.ServeUDP(c)
	return nil
}
