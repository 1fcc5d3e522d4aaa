package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/uri"
)

// An agent makes one request at a time.
type agent struct {
	conn   *net.UDPConn
	local  netip.AddrPort
	user   string
	secret digest.Secret
	key    compose.Key
	dialog compose.Dialog // of the call
	over   bool           // the other side has hung up
}

func newAgent(conn *net.UDPConn, user, password string) *agent {
	return &agent{conn: conn, local: conn.LocalAddr().(*net.UDPAddr).AddrPort(), user: user, key: compose.NewKey(),
		secret: digest.Secret{Username: []byte(user), Password: []byte(password)}}
}

// register tells a registrar where the user is (RFC 3261, 10.2).
func (a *agent) register(registrar string, expires uint32) error {
	req, err := a.request("REGISTER", registrar, "sip:"+a.user+"@"+registrar[len("sip:"):], expires)
	if err != nil {
		return err
	}
	_, response, err := a.exchange(req, time.Now().Add(32*time.Second)) // Timer F (17.1.2.2)
	return failed(response, err)
}

// call calls the URI, hangs up after some time, and gives up when nobody answers.
func (a *agent) call(to string, ringing, talk time.Duration) error {
	req, err := a.request("INVITE", to, to, 0)
	if err != nil {
		return err
	}
	invite, response, err := a.exchange(req, time.Now().Add(ringing))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		cancel, _ := compose.AppendCancel(nil, invite)
		if err = a.send(cancel, invite); err == nil {
			response, err = a.final(invite, true, time.Now().Add(8*time.Second)) // a 487, or a 200 that was faster
		}
	}
	if err := failed(response, err); err != nil {
		return err
	}
	if err := a.dialog.Begin(response, nil); err != nil {
		return err
	}
	next, _ := a.dialog.Destination()
	ack, err := compose.AppendACK2xx(nil, &a.dialog, invite, &compose.Request{Via: a.newVia()})
	if err == nil {
		err = a.sendTo(ack, &next)
	}
	if err != nil {
		return err
	}
	for end := time.Now().Add(talk); !a.over && a.receive(end, func(m *codec.Message) {
		if m.Status()/100 == 2 && m.IsSentByAddr(a.local) {
			_ = a.sendTo(ack, &next) // the ACK was lost (13.2.2.4)
		}
	}) == nil; {
	}
	if a.over {
		return nil
	}
	cseq, _ := invite.CSeq()
	bye, err := compose.AppendRequest(nil, &a.dialog, &compose.Request{Method: []byte("BYE"), CSeq: cseq.Number() + 1, Via: a.newVia()})
	if err == nil {
		_, response, err = a.exchange(bye, time.Now().Add(8*time.Second))
	}
	return failed(response, err)
}

func failed(response *codec.Message, err error) error {
	if err == nil && response.Status() >= 300 {
		err = fmt.Errorf("%s", response.StartLine())
	}
	return err
}

func (a *agent) newVia() *codec.ViaSpec {
	return &codec.ViaSpec{Transport: header.TransportUDP, Addr: a.local.Addr(), Port: a.local.Port(), Branch: compose.AppendBranch(nil), RPort: true}
}

// request makes a request outside a dialog (RFC 3261, 8.1.1).
func (a *agent) request(method, target, to string, expires uint32) ([]byte, error) {
	var b compose.Builder
	self := []byte("sip:" + a.user + "@" + a.local.String())
	callID, _ := compose.AppendCallIDAddr(nil, a.local.Addr())
	_ = b.Request([]byte(method), []byte(target)) // AppendTo returns the first error
	_ = b.Via(a.newVia())
	_ = b.Number(header.IDMaxForwards, codec.DefaultMaxForwards)
	_ = b.Addr(header.IDFrom, &compose.Address{URI: self, Tag: compose.AppendTag(nil)})
	_ = b.Addr(header.IDTo, &compose.Address{URI: []byte(to)})
	_ = b.Value(header.IDCallID, callID)
	_ = b.CSeq(1, nil)
	_ = b.Addr(header.IDContact, &compose.Address{URI: self})
	if method == "REGISTER" {
		_ = b.Number(header.IDExpires, expires)
	}
	return b.AppendTo(nil)
}

// exchange sends a request, answers the challenge that comes back, and returns the
// request as it was sent last with its final response.
func (a *agent) exchange(raw []byte, until time.Time) (req, response *codec.Message, err error) {
	for answered := false; ; answered = true {
		req = new(codec.Message)
		if err = req.Parse(raw); err == nil {
			response, err = a.final(req, false, until)
		}
		if err != nil {
			return req, nil, err
		}
		in, out := header.IDWWWAuthenticate, header.IDAuthorization
		if response.Status() == 407 {
			in, out = header.IDProxyAuthenticate, header.IDProxyAuthorization
		}
		var best, c auth.Challenge
		for i := response.Index(in); i >= 0; i = response.Next(i) {
			if _, err := c.Parse(response.ValueAt(i)); err == nil && digest.Beats(&c, &best) {
				best = c
			}
		}
		if response.Status() != 401 && response.Status() != 407 || !best.IsValid() || answered && !best.Stale() {
			return req, response, nil // a second one says that the password is wrong (22.2)
		}
		var d digest.Digester
		credentials, err := d.AppendCredentials(nil, &best, &digest.Answer{Secret: a.secret, Method: req.MethodBytes(),
			URI: req.RequestURIBytes(), CNonce: compose.AppendTag(nil)})
		if err != nil {
			return req, response, err
		}
		var e codec.Edit
		_ = e.Begin(req)
		_ = e.Retry(compose.AppendBranch(nil), out, credentials)
		if raw, err = e.AppendTo(nil); err != nil {
			return req, response, err
		}
	}
}

// final sends a request until it has its final response or, when it is an INVITE,
// any response was heard (RFC 3261, 17.1). A failure of an INVITE gets its ACK.
func (a *agent) final(req *codec.Message, heard bool, until time.Time) (final *codec.Message, err error) {
	want, err := req.AppendTransactionKey(nil)
	isInvite := req.Method() == header.MethodINVITE
	for t1 := 500 * time.Millisecond; err == nil && final == nil; t1 *= 2 {
		again := until
		if !heard {
			err = a.send(req.Bytes(), req)
			again = time.Now().Add(t1)
		}
		for err == nil && final == nil && (again == until || !heard) {
			err = a.receive(again, func(m *codec.Message) {
				if key, err := m.AppendTransactionKey(nil); err == nil && string(key) == string(want) {
					heard = heard || isInvite
					if m.Status() >= 200 {
						final = m
					}
				}
			})
		}
		if errors.Is(err, os.ErrDeadlineExceeded) && time.Now().Before(until) {
			err = nil
		}
	}
	if final != nil && isInvite && final.Status() >= 300 {
		var ack []byte
		if ack, err = compose.AppendACK(nil, req, final); err == nil {
			err = a.send(ack, req)
		}
	}
	return final, err
}

// send sends a request, or its ACK or CANCEL, to where the request goes.
func (a *agent) send(raw []byte, req *codec.Message) error {
	hop, err := req.NextHop(func(*uri.URI) bool { return false })
	if err != nil {
		return err
	}
	return a.sendTo(raw, &hop.Next)
}

func (a *agent) sendTo(raw []byte, u *uri.URI) error {
	to, err := codec.RequestDestination(u)
	if addr, ok := to.AddrPort(); ok {
		_, err = a.conn.WriteToUDPAddrPort(raw, addr)
	} else if err == nil {
		err = fmt.Errorf("%s is no address", u.Host()) // a resolver is asked for names (RFC 3263)
	}
	return err
}
