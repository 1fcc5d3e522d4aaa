package stack

import (
	"net"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/header"
)

func challenge(status int, realm, more string) compose.Reply {
	id := header.IDWWWAuthenticate
	if status == 407 {
		id = header.IDProxyAuthenticate
	}
	return compose.Reply{Status: status, Tag: []byte("one"), Fields: []compose.HeaderField{
		{ID: id, Value: []byte(`Digest realm="` + realm + `", nonce="n` + more + `", algorithm=MD5, qop="auth"` + more)}}}
}

// next is read without what comes again, as it does on a slow machine: each new
// request of a method has a higher CSeq.
func (s *script) next(method string, last *uint32) (*codec.Message, net.Addr) {
	for {
		m, from := s.read(method)
		if m == nil {
			return nil, nil
		}
		if cseq, err := m.CSeq(); err == nil && cseq.Number() > *last {
			*last = cseq.Number()
			return m, from
		}
	}
}

// expects reads a request and checks which credentials it has, by realm.
func (s *script) expects(last *uint32, method string, realms ...string) func(compose.Reply) {
	s.t.Helper()
	m, from := s.next(method, last)
	if m == nil {
		return func(compose.Reply) {}
	}
	var got []string
	for _, id := range []header.ID{header.IDAuthorization, header.IDProxyAuthorization} {
		for f := range m.All(id) {
			_, v, _ := strings.Cut(string(f.Value), `realm="`)
			v, _, _ = strings.Cut(v, `"`)
			got = append(got, v)
		}
	}
	if strings.Join(got, " ") != strings.Join(realms, " ") {
		s.t.Errorf("%s has credentials for %q, want %q", method, got, realms)
	}
	return func(r compose.Reply) { s.answer(m, from, r) }
}

// A BYE is challenged: the dialog does not end before it was sent again with
// credentials (RFC 3261, 22.2). So is a re-INVITE.
func TestChallengedBye(t *testing.T) {
	ctx := soon(t)
	far := newScript(t)
	alice := open(t, Config{})
	done := make(chan bool)
	var last uint32
	ok := compose.Reply{Status: 200, Tag: []byte("one")}
	go func() {
		defer close(done)
		far.expects(&last, "INVITE")(ok)
		far.expects(&last, "INVITE")(challenge(401, "home", ""))
		far.expects(&last, "INVITE", "home")(ok)
		far.expects(&last, "BYE")(challenge(407, "edge", ""))
		far.expects(&last, "BYE", "edge")(challenge(401, "home", ""))
		far.expects(&last, "BYE", "home", "edge")(challenge(401, "home", ", stale=true"))
		far.expects(&last, "BYE", "home", "edge")(ok)
	}()
	call := invite("sip:" + far.c.LocalAddr().String())
	call.User, call.Password = "alice", "secret"
	res, err := alice.Do(ctx, call)
	if err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	d := res.Dialog
	if res, err = d.ReInvite(ctx, isSDP, []byte(sdp)); err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	if err := d.Bye(ctx); err != nil || d.State() != dialog.Terminated {
		t.Errorf("Bye: %v, state %d", err, d.State())
	}
	<-d.Done()
	<-done
}

// Without credentials, and with wrong ones, Bye says so, and may be called
// again.
func TestUnauthorizedBye(t *testing.T) {
	ctx := soon(t)
	far := newScript(t)
	alice := open(t, Config{})
	done := make(chan bool)
	var last uint32
	ok := compose.Reply{Status: 200, Tag: []byte("one")}
	go func() {
		defer close(done)
		far.expects(&last, "INVITE")(ok)
		far.expects(&last, "BYE")(challenge(401, "home", ""))
		far.expects(&last, "BYE")(challenge(401, "home", ""))
		far.expects(&last, "BYE", "home")(challenge(401, "home", ""))
		far.expects(&last, "BYE")(challenge(401, "home", ""))
		far.expects(&last, "BYE", "home")(ok)
	}()
	res, err := alice.Do(ctx, invite("sip:"+far.c.LocalAddr().String()))
	if err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	d := res.Dialog
	if err := d.Bye(ctx); err != ErrUnauthorized || d.State() != dialog.Ending {
		t.Errorf("without credentials: %v, state %d", err, d.State())
	}
	d.SetCredentials("alice", "wrong")
	if err := d.Bye(ctx); err != ErrUnauthorized || d.State() != dialog.Ending {
		t.Errorf("with wrong ones: %v, state %d", err, d.State())
	}
	d.SetCredentials("alice", "secret")
	if err := d.Bye(ctx); err != nil {
		t.Error(err)
	}
	<-d.Done()
	<-done
}

// A PRACK is challenged.
func TestChallengedPrack(t *testing.T) {
	ctx := soon(t)
	far := newScript(t)
	alice := open(t, Config{})
	done := make(chan bool)
	var last uint32
	go func() {
		defer close(done)
		m, from := far.read("INVITE")
		if m == nil {
			return
		}
		far.answer(m, from, compose.Reply{Status: 183, Tag: []byte("one"), Fields: []compose.HeaderField{
			{ID: header.IDRequire, Value: []byte("100rel")}, {ID: header.IDRSeq, Value: []byte("7")}}})
		far.expects(&last, "PRACK")(challenge(407, "edge", ""))
		far.expects(&last, "PRACK", "edge")(compose.Reply{Status: 200})
		far.answer(m, from, compose.Reply{Status: 200, Tag: []byte("one")})
	}()
	call := invite("sip:" + far.c.LocalAddr().String())
	call.User, call.Password = "alice", "secret"
	call.Fields = []compose.HeaderField{{ID: header.IDSupported, Value: []byte("100rel")}}
	if res, err := alice.Do(ctx, call); err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	<-done
}

// A 422 raises the interval of an INVITE, and of the refreshes behind it (RFC
// 4028, 7.3 and 7.4).
func TestIntervalTooSmall(t *testing.T) {
	ctx := soon(t)
	far := newScript(t)
	alice := open(t, Config{})
	done := make(chan bool)
	var last uint32
	reads := func(method, interval, least string) func(compose.Reply) {
		m, from := far.next(method, &last)
		if m == nil {
			return func(compose.Reply) {}
		}
		if string(m.Value(header.IDSessionExpires)) != interval || string(m.Value(header.IDMinSE)) != least {
			t.Errorf("%s\nwant %q, %q", m.Bytes(), interval, least)
		}
		return func(r compose.Reply) { far.answer(m, from, r) }
	}
	small := func(least string) compose.Reply {
		return compose.Reply{Status: 422, Tag: []byte("one"), Fields: []compose.HeaderField{{ID: header.IDMinSE, Value: []byte(least)}}}
	}
	go func() {
		defer close(done)
		reads("INVITE", "90;refresher=uac", "")(small("1800"))
		reads("INVITE", "1800;refresher=uac", "1800")(compose.Reply{Status: 200, Tag: []byte("one"), Fields: []compose.HeaderField{
			{ID: header.IDSessionExpires, Value: []byte("1800;refresher=uac")}}})
		reads("UPDATE", "1800;refresher=uac", "1800")(small("3600"))
		reads("UPDATE", "3600;refresher=uac", "3600")(compose.Reply{Status: 200})
	}()
	call := invite("sip:" + far.c.LocalAddr().String())
	call.Fields = []compose.HeaderField{{ID: header.IDSupported, Value: []byte("timer")},
		{ID: header.IDSessionExpires, Value: []byte("90;refresher=uac")}}
	res, err := alice.Do(ctx, call)
	if err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	if res, err := res.Dialog.Do(ctx, &compose.Request{Method: []byte("UPDATE")}); err != nil || res.Status() != 200 {
		t.Fatal(res, err)
	}
	<-done
	// What raises nothing is not sent again.
	var m codec.Message
	_ = m.Parse([]byte("SIP/2.0 422 X\r\nMin-SE: 90\r\n\r\n"))
	for _, fields := range [][]compose.HeaderField{nil, {{ID: header.IDSessionExpires, Value: []byte("90")}}} {
		if _, ok := raise(fields, &m); ok {
			t.Errorf("raised %v", fields)
		}
	}
}
