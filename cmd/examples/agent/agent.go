package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
	"github.com/sipwire/sipwire/uri"
)

// An agent makes one request at a time.
type agent struct {
	conn   *net.UDPConn
	local  netip.AddrPort
	user   string
	auth   compose.Authenticator
	layer  *transaction.Layer // sends again, sends the ACK for a failure, answers what comes again
	began  time.Time          // the layer counts from here
	dialog compose.Dialog     // of the call
	over   bool               // the other side has hung up
}

func newAgent(conn *net.UDPConn, user, password string) *agent {
	a := &agent{conn: conn, local: conn.LocalAddr().(*net.UDPAddr).AddrPort(), user: user, began: time.Now(),
		auth: compose.Authenticator{Secret: digest.Secret{Username: []byte(user), Password: []byte(password)}}}
	a.layer = transaction.New(a, transaction.Config{})
	return a
}

// register tells a registrar where the user is (RFC 3261, 10.2).
func (a *agent) register(registrar string, expires uint32) error {
	req, next, err := a.request("REGISTER", registrar, "sip:"+a.user+"@"+registrar[len("sip:"):], expires)
	if err == nil {
		_, _, err = a.exchange(req, next, time.Now().Add(32*time.Second)) // Timer F (17.1.2.2)
	}
	return err
}

// call calls the URI, hangs up after some time, and gives up when nobody answers.
func (a *agent) call(to string, ringing, talk time.Duration) error {
	req, next, err := a.request("INVITE", to, to, uint32(ringing/time.Second)+1) // it may ring so long (13.2.1)
	if err != nil {
		return err
	}
	invite, response, err := a.exchange(req, next, time.Now().Add(ringing))
	if err != nil {
		return err
	}
	if err := a.dialog.Begin(response, nil); err != nil {
		return err
	}
	ack, err := compose.AppendACK2xx(nil, &a.dialog, invite, &compose.Request{Via: a.newVia()})
	if err != nil {
		return err
	}
	target, _ := a.dialog.Destination() // without one there was no ACK
	next, err = destination(target.Bytes())
	for end, again := time.Now().Add(talk), true; err == nil && !a.over; {
		if again {
			a.Send(0, next, ack)
		}
		var ev transaction.Event
		ev, err = a.receive(new(codec.Message), end)
		again = ev.Kind == transaction.Response && ev.Status/100 == 2 // the ACK was lost (13.2.2.4)
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) { // nil when the other side has hung up
		return err
	}
	cseq, _ := invite.CSeq()
	bye, err := compose.AppendRequest(nil, &a.dialog, &compose.Request{Method: []byte("BYE"), CSeq: cseq.Number() + 1, Via: a.newVia()})
	if err == nil {
		_, _, err = a.exchange(bye, next, time.Now().Add(8*time.Second))
	}
	return err
}

func (a *agent) newVia() *codec.ViaSpec {
	return &codec.ViaSpec{Transport: header.TransportUDP, Addr: a.local.Addr(), Port: a.local.Port(), Branch: compose.AppendBranch(nil), RPort: true}
}

// request makes a request outside a dialog (RFC 3261, 8.1.1), and says where it goes.
func (a *agent) request(method, target, to string, expires uint32) (req []byte, next transaction.Addr, err error) {
	var b compose.Builder
	self := []byte("sip:" + a.user + "@" + a.local.String())
	_ = b.Request([]byte(method), []byte(target)) // AppendTo returns the first error
	_ = b.Via(a.newVia())
	_ = b.Number(header.IDMaxForwards, codec.DefaultMaxForwards)
	_ = b.Addr(header.IDFrom, &compose.Address{URI: self, Tag: compose.AppendTag(nil)})
	_ = b.Addr(header.IDTo, &compose.Address{URI: []byte(to)})
	_ = b.Value(header.IDCallID, compose.AppendTag(nil))
	_ = b.CSeq(1, nil)
	_ = b.Addr(header.IDContact, &compose.Address{URI: self})
	_ = b.Number(header.IDExpires, expires)
	if next, err = destination([]byte(target)); err == nil {
		req, err = b.AppendTo(nil)
	}
	return req, next, err
}

// destination returns the address of a URI. A resolver is asked for names (RFC 3263).
func destination(target []byte) (transaction.Addr, error) {
	u, _ := uri.Parse(target) // what is no URI leads nowhere
	to, err := codec.RequestDestination(&u)
	addr, ok := to.AddrPort()
	if err == nil && !ok {
		err = fmt.Errorf("%s is no address", target)
	}
	return transaction.Addr{IP: addr, Transport: header.TransportUDP}, err
}

// exchange sends a request, answers the challenge that comes back, and returns the
// request as it was sent last with its final response. All but a 2xx is an error.
func (a *agent) exchange(raw []byte, next transaction.Addr, until time.Time) (req, response *codec.Message, err error) {
	for err == nil {
		req = new(codec.Message)
		if err = req.Parse(raw); err == nil {
			response, err = a.final(raw, next, until)
		}
		if err != nil {
			return nil, nil, err
		}
		raw, err = a.auth.AppendRetry(nil, req, response)
	}
	if response.Status() >= 300 { // also when the password is wrong
		return nil, nil, fmt.Errorf("%s", response.StartLine())
	}
	return req, response, nil
}

// final sends a request and returns its final response. An INVITE that has none in
// time is cancelled; what comes then is a 487, or a 200 that was faster (RFC 3261, 9).
func (a *agent) final(raw []byte, next transaction.Addr, until time.Time) (*codec.Message, error) {
	tx, err := a.layer.Request(raw, next, 0, a.now())
	for canceled := false; err == nil; {
		var ev transaction.Event
		m := new(codec.Message) // it is kept
		ev, err = a.receive(m, until)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded) && !canceled && a.layer.Cancel(tx, a.now()) == nil:
			canceled, until, err = true, until.Add(8*time.Second), nil
		case ev.Tx == tx && ev.Kind == transaction.Timeout:
			err = sipwire.ErrTimeout
		case ev.Tx == tx && ev.Kind == transaction.Response && ev.Status >= 200:
			return m, nil
		}
	}
	return nil, err
}

// Send is what the layer sends by. What is lost is sent again.
func (a *agent) Send(_ transaction.Handle, to transaction.Addr, b []byte) {
	_, _ = a.conn.WriteToUDPAddrPort(b, to.IP)
}

func (a *agent) now() time.Duration { return time.Since(a.began) }

// receive waits for a packet or for a timer of the layer, answers what is a request,
// and returns what the layer makes of it.
func (a *agent) receive(m *codec.Message, until time.Time) (ev transaction.Event, err error) {
	if ev, ok := a.layer.Advance(a.now()); ok {
		return ev, nil
	}
	wake := until
	if at, ok := a.layer.Next(); ok && a.began.Add(at).Before(until) {
		wake = a.began.Add(at)
	}
	_ = a.conn.SetReadDeadline(wake)
	in := make([]byte, 64<<10)
	n, src, err := a.conn.ReadFromUDPAddrPort(in)
	if errors.Is(err, os.ErrDeadlineExceeded) && wake.Before(until) {
		return ev, nil
	}
	if err != nil {
		return ev, err
	}
	_ = m.Parse(in[:n]) // the layer looks at its error
	from := transaction.Addr{IP: netip.AddrPortFrom(src.Addr().Unmap(), src.Port()), Transport: header.TransportUDP}
	if ev = a.layer.Receive(m, from, a.now()); ev.Kind == transaction.Request {
		a.answer(ev.Tx, m)
	}
	return ev, nil
}

// answer answers a request: a BYE ends the call, and there is nothing else to ask
// of a caller. The layer makes the tag and sends to where the Via says.
func (a *agent) answer(tx transaction.Handle, m *codec.Message) {
	status := 405
	if m.Method() == header.MethodBYE {
		id, err := m.AppendDialogID(nil, codec.UAS)
		own, err2 := a.dialog.AppendID(nil)
		if status = 481; err == nil && err2 == nil && string(id) == string(own) {
			status, a.over = 200, true
		}
	}
	_ = a.layer.Reply(tx, m, &compose.Reply{Status: status, Fields: []compose.HeaderField{{ID: header.IDAllow, Value: []byte("BYE")}}}, a.now())
}
