//go:build linux

package main

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// ends are the caller and the callee. They send nothing twice: on loopback with
// large buffers nothing is lost.
type ends struct {
	uac, uas *net.UDPConn
	running  sync.WaitGroup
	series   int
}

func newEnds() (*ends, error) {
	e := new(ends)
	for _, c := range []**net.UDPConn{&e.uac, &e.uas} {
		var err error
		if *c, err = net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}); err != nil {
			return nil, err
		}
		_, _ = (*c).SetReadBuffer(8<<20), (*c).SetWriteBuffer(4<<20)
	}
	e.running.Go(e.answer)
	return e, nil
}

func (e *ends) callee() netip.AddrPort { return e.uas.LocalAddr().(*net.UDPAddr).AddrPort() }

func (e *ends) close() {
	_ = e.uac.Close()
	_ = e.uas.Close()
	e.running.Wait()
}

// answer is the callee: 180 and 200 for an INVITE, 200 for a BYE.
func (e *ends) answer() {
	var m codec.Message
	in, out := make([]byte, 65536), make([]byte, 0, 4096)
	contact := []compose.HeaderField{{ID: header.IDContact, Value: fmt.Appendf(nil, "<sip:b@%v>", e.callee())}}
	for {
		n, from, err := e.uas.ReadFromUDPAddrPort(in)
		if err != nil {
			return
		}
		if m.Parse(in[:n]) != nil || m.Method() == header.MethodACK {
			continue
		}
		reply := func(status int) {
			if out, err = compose.AppendReply(out[:0], &m, &compose.Reply{Status: status, Tag: []byte("b"), Fields: contact}); err == nil {
				_, _ = e.uas.WriteToUDPAddrPort(out, from)
			}
		}
		if m.Method() == header.MethodINVITE {
			reply(180)
		}
		reply(200)
	}
}

const window = 64

// calls makes n calls through a proxy and returns how many have not ended when
// nothing came for two seconds.
func (e *ends) calls(to netip.AddrPort, n int, rate float64) (lost int, err error) {
	e.series++
	own := e.uac.LocalAddr().(*net.UDPAddr).AddrPort()
	var m codec.Message
	in, out := make([]byte, 65536), make([]byte, 0, 4096)
	begun, ended := 0, 0
	invite := func() {
		out = fmt.Appendf(out[:0], "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP %[1]v;branch=z9hG4bK%[2]d.%[3]d.i\r\nMax-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=a%[3]d\r\n"+
			"To: <sip:b@b.example>\r\nCall-ID: %[2]d.%[3]d@a.example\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%[1]v>\r\nUser-Agent: relay\r\nContent-Type: application/sdp\r\nContent-Length: %[4]d\r\n\r\n%[5]s",
			own, e.series, begun, len(body), body)
		begun++
		_, _ = e.uac.WriteToUDPAddrPort(out, to)
	}
	within := func(method string, cseq int) {
		out = fmt.Appendf(out[:0], "%[1]s sip:b@%[2]v SIP/2.0\r\nVia: SIP/2.0/UDP %[3]v;branch=z9hG4bK%[4]s.%[1]s\r\nRoute: %[5]s\r\nMax-Forwards: 70\r\nFrom: %[6]s\r\nTo: %[7]s\r\nCall-ID: %[4]s\r\nCSeq: %[8]d %[1]s\r\nContent-Length: 0\r\n\r\n",
			method, e.callee(), own, m.Value(header.IDCallID), m.Value(header.IDRecordRoute), m.Value(header.IDFrom), m.Value(header.IDTo), cseq)
		_, _ = e.uac.WriteToUDPAddrPort(out, to)
	}
	began := time.Now()
	due := func() bool {
		if rate == 0 {
			return begun-ended < window
		}
		return float64(begun) < time.Since(began).Seconds()*rate
	}
	for last := time.Now(); ended < n; {
		for begun < n && due() {
			invite()
		}
		_ = e.uac.SetReadDeadline(time.Now().Add(time.Millisecond))
		k, _, err := e.uac.ReadFromUDPAddrPort(in)
		if err != nil {
			if ne, ok := err.(net.Error); !ok || !ne.Timeout() {
				return 0, err
			}
			if time.Since(last) > 2*time.Second {
				return n - ended, nil
			}
			continue
		}
		last = time.Now()
		if m.Parse(in[:k]) != nil || m.Status() < 200 {
			continue
		}
		if m.Status() >= 300 {
			return 0, fmt.Errorf("a call got %d", m.Status())
		}
		cseq, err := m.CSeq()
		switch {
		case err != nil:
		case cseq.Method() == header.MethodINVITE:
			within("ACK", 1)
			within("BYE", 2)
		default:
			ended++
		}
	}
	return 0, nil
}

const body = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
