//go:build linux

package main

import (
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"
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

// An outcome is what has become of the calls of a round.
type outcome struct {
	well   int         // of them that ended as they should
	lost   int         // that have not ended when nothing came for two seconds
	failed map[int]int // by the status that they got instead of 200
}

func (o *outcome) bad() (n int) {
	for _, k := range o.failed {
		n += k
	}
	return n + o.lost
}

func (o *outcome) add(more outcome) {
	o.well, o.lost = o.well+more.well, o.lost+more.lost
	for status, n := range more.failed {
		if o.failed == nil {
			o.failed = map[int]int{}
		}
		o.failed[status] += n
	}
}

// String says what went wrong; it is empty when nothing did.
func (o *outcome) String() string {
	var all []string
	for _, status := range slices.Sorted(maps.Keys(o.failed)) {
		all = append(all, fmt.Sprintf("%d calls got %d", o.failed[status], status))
	}
	if o.lost > 0 {
		all = append(all, fmt.Sprintf("%d calls did not end", o.lost))
	}
	return strings.Join(all, ", ")
}

// The states of a call.
const (
	begun    = iota // its INVITE is sent
	answered        // and its BYE
	over
)

// calls makes n calls through a proxy. What is left of another round, and what
// a proxy sends once more, is not counted again.
func (e *ends) calls(to netip.AddrPort, n int, rate float64) (o outcome, err error) {
	e.series++
	own := e.uac.LocalAddr().(*net.UDPAddr).AddrPort()
	var m codec.Message
	in, out := make([]byte, 65536), make([]byte, 0, 4096)
	states := make([]byte, 0, n)
	ended := 0
	invite := func() {
		out = fmt.Appendf(out[:0], "INVITE sip:b@b.example SIP/2.0\r\nVia: SIP/2.0/UDP %[1]v;branch=z9hG4bK%[2]d.%[3]d.i\r\nMax-Forwards: 70\r\nFrom: <sip:a@a.example>;tag=a%[3]d\r\n"+
			"To: <sip:b@b.example>\r\nCall-ID: %[2]d.%[3]d@a.example\r\nCSeq: 1 INVITE\r\nContact: <sip:a@%[1]v>\r\nUser-Agent: relay\r\nContent-Type: application/sdp\r\nContent-Length: %[4]d\r\n\r\n%[5]s",
			own, e.series, len(states), len(body), body)
		states = append(states, begun)
		_, _ = e.uac.WriteToUDPAddrPort(out, to)
	}
	within := func(method string, call, cseq int) {
		out = fmt.Appendf(out[:0], "%[1]s sip:b@%[2]v SIP/2.0\r\nVia: SIP/2.0/UDP %[3]v;branch=z9hG4bK%[4]d.%[5]d.%[1]s\r\nRoute: %[6]s\r\nMax-Forwards: 70\r\nFrom: %[7]s\r\nTo: %[8]s\r\nCall-ID: %[9]s\r\nCSeq: %[10]d %[1]s\r\nContent-Length: 0\r\n\r\n",
			method, e.callee(), own, e.series, call, m.Value(header.IDRecordRoute), m.Value(header.IDFrom), m.Value(header.IDTo), m.Value(header.IDCallID), cseq)
		_, _ = e.uac.WriteToUDPAddrPort(out, to)
	}
	refused := func() { // the ACK belongs to the INVITE (RFC 3261, 17.1.1.3)
		out = fmt.Appendf(out[:0], "ACK sip:b@b.example SIP/2.0\r\nVia: %s\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 ACK\r\nContent-Length: 0\r\n\r\n",
			m.Value(header.IDVia), m.Value(header.IDFrom), m.Value(header.IDTo), m.Value(header.IDCallID))
		_, _ = e.uac.WriteToUDPAddrPort(out, to)
	}
	end := func(call, status int) {
		states[call] = over
		if ended++; status < 300 {
			o.well++
			return
		}
		o.add(outcome{failed: map[int]int{status: 1}})
	}
	began := time.Now()
	due := func() bool {
		if rate == 0 {
			return len(states)-ended < window
		}
		return float64(len(states)) < time.Since(began).Seconds()*rate
	}
	for last := time.Now(); ended < n; {
		for len(states) < n && due() {
			invite()
		}
		_ = e.uac.SetReadDeadline(time.Now().Add(time.Millisecond))
		k, _, err := e.uac.ReadFromUDPAddrPort(in)
		if err != nil {
			if ne, ok := err.(net.Error); !ok || !ne.Timeout() {
				return o, err
			}
			if time.Since(last) > 2*time.Second {
				o.lost = n - ended
				return o, nil
			}
			continue
		}
		last = time.Now()
		if m.Parse(in[:k]) != nil || m.Status() < 200 {
			continue
		}
		cseq, err := m.CSeq()
		call, ok := e.callOf(&m)
		if err != nil || !ok || call >= len(states) {
			continue
		}
		switch state, status := states[call], m.Status(); {
		case cseq.Method() != header.MethodINVITE:
			if state == answered {
				end(call, status)
			}
		case status >= 300:
			if refused(); state == begun {
				end(call, status)
			}
		default:
			if within("ACK", call, 1); state == begun {
				states[call] = answered
				within("BYE", call, 2)
			}
		}
	}
	return o, nil
}

// callOf returns which call of this round a response belongs to.
func (e *ends) callOf(m *codec.Message) (call int, ok bool) {
	var series int
	n, _ := fmt.Sscanf(string(m.Value(header.IDCallID)), "%d.%d@", &series, &call)
	return call, n == 2 && series == e.series && call >= 0
}

const body = "v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 6000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\n"
