package compose

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// The call of RFC 3261, 24.2, from the INVITE to the 200 of the BYE, as its
// elements make it from one another's messages; what they write is compared
// header by header with what the RFC shows.

// bag describes a message so that two of them which differ only in the order
// of their headers, in folds and in where Via values are come out the same.
func bag(t *testing.T, s string) string {
	t.Helper()
	m := whole(t, s)
	lines := map[string][]string{}
	for _, f := range m.Fields() {
		for _, v := range strings.Split(string(f.AppendValue(nil)), ", ") {
			lines[f.ID.String()] = append(lines[f.ID.String()], strings.ReplaceAll(v, " ;", ";"))
		}
	}
	return fmt.Sprintf("%s %v %q", m.StartLine(), lines, m.Body())
}

func same(t *testing.T, name, got, want string) {
	t.Helper()
	if g, w := bag(t, got), bag(t, want); g != w {
		t.Errorf("%s:\ngot  %s\nwant %s", name, g, w)
	}
}

func TestCallFlow(t *testing.T) {
	const (
		pcVia   = "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds8"
		pcSeen  = pcVia + "\r\n ;received=192.0.2.1\r\n"
		bigVia  = "Via: SIP/2.0/UDP bigbox3.site3.atlanta.com;branch=z9hG4bK77ef4c2312983.1"
		bigSeen = bigVia + "\r\n ;received=192.0.2.2\r\n"
		bobVia  = "Via: SIP/2.0/UDP server10.biloxi.com;branch=z9hG4bK4b43c2ff8.1"
		bobSeen = bobVia + "\r\n ;received=192.0.2.3\r\n"
		bob     = "To: Bob <sip:bob@biloxi.com>"
		tagged  = bob + ";tag=a6c85cf\r\n"
		alice   = "From: Alice <sip:alice@atlanta.com>;tag=1928301774\r\nCall-ID: a84b4c76e66710\r\n"
		cseq    = "CSeq: 314159 INVITE\r\n"
		sdp     = "Contact: <sip:alice@pc33.atlanta.com>\r\nContent-Type: application/sdp\r\nContent-Length: 7\r\n\r\nv=alice"
		sdpBob  = "Contact: <sip:bob@192.0.2.4>\r\nContent-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=bob"
		empty   = "Content-Length: 0\r\n\r\n"
	)
	var e codec.Edit
	from := func(s string) netip.AddrPort { return netip.MustParseAddrPort(s + ":5060") }
	write := func() string {
		t.Helper()
		out, err := e.AppendTo(nil)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	forward := func(in, source, host, branch, target string) string {
		t.Helper()
		_ = e.Begin(whole(t, in))
		e.SetReceived(from(source))
		e.PushVia(&codec.ViaSpec{Transport: header.TransportUDP, Host: []byte(host), Branch: []byte(branch)})
		e.DecrementMaxForwards()
		if target != "" {
			e.SetRequestURI([]byte(target))
		}
		return write()
	}
	back := func(in string) string {
		t.Helper()
		_ = e.Begin(whole(t, in))
		e.PopVia()
		return write()
	}
	reply := func(in, source string, r Reply) string {
		t.Helper()
		r.Source = from(source)
		out, err := AppendReply(nil, whole(t, in), &r)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}

	f1 := "INVITE sip:bob@biloxi.com SIP/2.0\r\n" + pcVia + "\r\nMax-Forwards: 70\r\n" + bob + "\r\n" + alice + cseq + sdp
	same(t, "F2", reply(f1, "192.0.2.1", Reply{Status: 100, Tag: []byte("no")}), "SIP/2.0 100 Trying\r\n"+pcSeen+bob+"\r\n"+alice+cseq+empty)
	f3 := forward(f1, "192.0.2.1", "bigbox3.site3.atlanta.com", "z9hG4bK77ef4c2312983.1", "")
	same(t, "F3", f3, "INVITE sip:bob@biloxi.com SIP/2.0\r\n"+bigVia+"\r\n"+pcSeen+"Max-Forwards: 69\r\n"+bob+"\r\n"+alice+cseq+sdp)
	same(t, "F4", reply(f3, "192.0.2.2", Reply{Status: 100}), "SIP/2.0 100 Trying\r\n"+bigSeen+pcSeen+bob+"\r\n"+alice+cseq+empty)
	f5 := forward(f3, "192.0.2.2", "server10.biloxi.com", "z9hG4bK4b43c2ff8.1", "sip:bob@192.0.2.4")
	same(t, "F5", f5, "INVITE sip:bob@192.0.2.4 SIP/2.0\r\n"+bobVia+"\r\n"+bigSeen+pcSeen+"Max-Forwards: 68\r\n"+bob+"\r\n"+alice+cseq+sdp)
	contact := []HeaderField{{ID: header.IDContact, Value: []byte("<sip:bob@192.0.2.4>")}}
	f6 := reply(f5, "192.0.2.3", Reply{Status: 180, Tag: []byte("a6c85cf"), Fields: contact})
	same(t, "F6", f6, "SIP/2.0 180 Ringing\r\n"+bobSeen+bigSeen+pcSeen+tagged+alice+cseq+"Contact: <sip:bob@192.0.2.4>\r\n"+empty)
	f8 := back(back(f6))
	same(t, "F8", f8, "SIP/2.0 180 Ringing\r\n"+pcSeen+tagged+alice+cseq+"Contact: <sip:bob@192.0.2.4>\r\n"+empty)
	f9 := reply(f5, "192.0.2.3", Reply{Status: 200, Tag: []byte("a6c85cf"), Fields: contact, ContentType: []byte("application/sdp"), Body: []byte("v=bob")})
	same(t, "F9", f9, "SIP/2.0 200 OK\r\n"+bobSeen+bigSeen+pcSeen+tagged+alice+cseq+sdpBob)
	f11 := back(back(f9))
	same(t, "F11", f11, "SIP/2.0 200 OK\r\n"+pcSeen+tagged+alice+cseq+sdpBob)

	var d Dialog
	if err := d.Begin(whole(t, f11), nil); err != nil {
		t.Fatal(err)
	}
	f12, err := AppendACK2xx(nil, &d, whole(t, f1), &Request{Via: &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("pc33.atlanta.com"), Branch: []byte("z9hG4bKnashds9")}})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "F12", string(f12), "ACK sip:bob@192.0.2.4 SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKnashds9\r\nMax-Forwards: 70\r\n"+tagged+alice+"CSeq: 314159 ACK\r\n"+empty)

	if err := d.Begin(whole(t, f5), []byte("a6c85cf")); err != nil {
		t.Fatal(err)
	}
	f13, err := AppendRequest(nil, &d, &Request{Method: []byte("BYE"), CSeq: 231, Via: &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("192.0.2.4"), Branch: []byte("z9hG4bKnashds10")}})
	if err != nil {
		t.Fatal(err)
	}
	swapped := "Via: SIP/2.0/UDP 192.0.2.4;branch=z9hG4bKnashds10\r\nFrom: Bob <sip:bob@biloxi.com>;tag=a6c85cf\r\nTo: Alice <sip:alice@atlanta.com>;tag=1928301774\r\nCall-ID: a84b4c76e66710\r\nCSeq: 231 BYE\r\n"
	same(t, "F13", string(f13), "BYE sip:alice@pc33.atlanta.com SIP/2.0\r\nMax-Forwards: 70\r\n"+swapped+empty)
	same(t, "F14", reply(string(f13), "192.0.2.4", Reply{Status: 200, Tag: []byte("no")}), "SIP/2.0 200 OK\r\n"+swapped+empty)
}

// TestACK is the example of RFC 3261, 17.1.1.3, byte for byte but for the
// order of headers, and with routes.
func TestACK(t *testing.T) {
	invite := "INVITE sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\r\n" +
		"To: Bob <sip:bob@biloxi.com>\r\nFrom: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\nMax-Forwards: 70\r\n" +
		"Call-ID: 987asjd97y7atg\r\nCSeq: 986759 INVITE\r\n"
	busy := "SIP/2.0 300 Busy\r\nt: Bob <sip:bob@biloxi.com>\r\n ;tag=99sa0xk\r\n\r\n"
	const parties = "From: Alice <sip:alice@atlanta.com>;tag=88sja8x\r\nTo: Bob <sip:bob@biloxi.com> ;tag=99sa0xk\r\nCall-ID: 987asjd97y7atg\r\nCSeq: 986759 "
	const via = "Via: SIP/2.0/UDP pc33.atlanta.com;branch=z9hG4bKkjshdyff\r\n"
	for _, c := range []struct{ more, want string }{
		{"", "ACK sip:bob@biloxi.com SIP/2.0\r\n" + via + "Max-Forwards: 70\r\n" + parties + "ACK\r\nContent-Length: 0\r\n\r\n"},
		{"v: SIP/2.0/UDP other;branch=z9hG4bK2\r\nRoute: <sip:a;lr>,\r\n <sip:b>\r\nRoute: <sip:c>\r\nProxy-Authorization: Digest a=b\r\nSubject: x\r\n",
			"ACK sip:bob@biloxi.com SIP/2.0\r\n" + via + "Route: <sip:a;lr>, <sip:b>\r\nRoute: <sip:c>\r\nMax-Forwards: 70\r\n" + parties + "ACK\r\nContent-Length: 0\r\n\r\n"},
	} {
		got, err := AppendACK([]byte("x"), whole(t, invite+c.more+"\r\n"), whole(t, busy))
		if err != nil || string(got) != "x"+c.want {
			t.Errorf("got  %q %v\nwant %q", got, err, c.want)
		}
		got, err = AppendCancel([]byte("x"), whole(t, invite+c.more+"\r\n"))
		want := strings.ReplaceAll(strings.ReplaceAll(c.want, "ACK", "CANCEL"), " ;tag=99sa0xk", "")
		if err != nil || string(got) != "x"+want {
			t.Errorf("got  %q %v\nwant %q", got, err, want)
		}
	}
}

// TestDialogRequest has the routes of RFC 3261, 12.2.1.1 and 16.12.1.
func TestDialogRequest(t *testing.T) {
	const parties = "Max-Forwards: 70\r\nFrom: <sip:b>;tag=2\r\nTo: <sip:a>;tag=1\r\nCall-ID: i\r\nCSeq: 7 BYE\r\nContent-Length: 0\r\n\r\n"
	const via = "Via: SIP/2.0/TCP u2;branch=z9hG4bKx\r\n"
	for _, c := range []struct{ contact, rr, next, want string }{
		{"sip:caller@u1.example.com", "", "sip:caller@u1.example.com", "BYE sip:caller@u1.example.com SIP/2.0\r\n" + via},
		{"<sip:caller@u1.example.com>", "Record-Route: <sip:p4.domain.com;lr>\r\nRecord-Route: <sip:p3.middle.com>,\r\n\t<sip:p2.example.com;lr> , <sip:p1.example.com;lr>\r\n", "sip:p4.domain.com;lr",
			"BYE sip:caller@u1.example.com SIP/2.0\r\n" + via + "Route: <sip:p4.domain.com;lr>\r\nRoute: <sip:p3.middle.com>\r\nRoute: <sip:p2.example.com;lr>\r\nRoute: <sip:p1.example.com;lr>\r\n"},
		{"<sip:user@remoteua>", "Record-Route: <sip:proxy1>,<sip:proxy2>,<sip:proxy3;lr>,<sip:proxy4>\r\n", "sip:proxy1",
			"BYE sip:proxy1 SIP/2.0\r\n" + via + "Route: <sip:proxy2>\r\nRoute: <sip:proxy3;lr>\r\nRoute: <sip:proxy4>\r\nRoute: <sip:user@remoteua>\r\n"},
		{"<sip:user@remoteua;method=X?a=b>", "", "sip:user@remoteua;method=X?a=b", "BYE sip:user@remoteua SIP/2.0\r\n" + via},
	} {
		invite := whole(t, "INVITE sip:b SIP/2.0\r\nFrom: <sip:a>;tag=1\r\nTo: <sip:b>\r\nCall-ID: i\r\nCSeq: 1 INVITE\r\nContact: "+c.contact+"\r\n"+c.rr+"\r\n")
		var d Dialog
		if err := d.Begin(invite, []byte("2")); err != nil {
			t.Fatal(err)
		}
		next, err := d.Destination()
		if err != nil || next.String() != c.next {
			t.Errorf("next hop %s %v, want %s", &next, err, c.next)
		}
		got, err := AppendRequest(nil, &d, &Request{Method: []byte("BYE"), CSeq: 7, Via: &codec.ViaSpec{Transport: header.TransportTCP, Host: []byte("u2"), Branch: []byte("z9hG4bKx")}})
		if err != nil || string(got) != c.want+parties {
			t.Errorf("got  %q %v\nwant %q", got, err, c.want+parties)
		}
	}
}

// TestAppendPRACK is the flow of RFC 3262, 4: the response of section 3 of the test
// message, acknowledged.
func TestAppendPRACK(t *testing.T) {
	ringing := whole(t, strings.Replace(reliableMsg, "Require", "Contact: <sip:bob@192.0.2.4>\r\nRecord-Route: <sip:p2;lr>, <sip:p1;lr>\r\nRequire", 1))
	var d Dialog
	if err := d.Begin(ringing, nil); err != nil {
		t.Fatal(err)
	}
	r := &Request{CSeq: 314160, MaxForwards: 5, Via: &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("[::1]"), Port: 5060, Branch: []byte("z9hG4bKp")},
		Fields: []HeaderField{{Name: []byte("X-a"), Value: []byte("b")}}, ContentType: []byte("a/b"), Body: []byte("c")}
	got, err := AppendPRACK(nil, &d, ringing, r)
	want := "PRACK sip:bob@192.0.2.4 SIP/2.0\r\nVia: SIP/2.0/UDP [::1]:5060;branch=z9hG4bKp\r\nRoute: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\nMax-Forwards: 5\r\n" +
		"From: <sip:alice@atlanta.example.com>;tag=1\r\nTo: <sip:bob@biloxi.example.com>;tag=314159\r\nCall-ID: a84b4c76e66710\r\nCSeq: 314160 PRACK\r\n" +
		"RAck: 776656 1 INVITE\r\nX-a: b\r\nContent-Type: a/b\r\nContent-Length: 1\r\n\r\nc"
	if err != nil || string(got) != want {
		t.Errorf("got  %q %v\nwant %q", got, err, want)
	}
	r.CSeq = 1<<31 - 1
	if got, err := AppendPRACK(nil, &d, ringing, r); err != nil || string(got) != strings.Replace(want, "314160", "2147483647", 1) {
		t.Errorf("greatest CSeq: %q %v", got, err)
	}
	if prack := whole(t, string(got)); !prack.Acknowledges(ringing) {
		t.Error("what was written does not acknowledge the response")
	}
	invite := whole(t, "INVITE sip:b SIP/2.0\r\nCSeq: 9 INVITE\r\nAuthorization: Digest a=b\r\nProxy-Authorization: Digest c=d\r\nProxy-Authorization: Digest e=f\r\n\r\n")
	got, err = AppendACK2xx(nil, &d, invite, r)
	want = strings.NewReplacer("PRACK", "ACK", "314160", "9", "RAck: 776656 1 INVITE", "Proxy-Authorization: Digest c=d\r\nProxy-Authorization: Digest e=f\r\nAuthorization: Digest a=b").Replace(want)
	if err != nil || string(got) != want {
		t.Errorf("got  %q %v\nwant %q", got, err, want)
	}
}
