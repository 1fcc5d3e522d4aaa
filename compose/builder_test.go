package compose

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// beginINVITE begins a request in b.
func beginINVITE(b *Builder) {
	b.Request([]byte("INVITE"), []byte("sip:bob@biloxi.example.com"))
}

// fillIn puts in what is still missing in b of the mandatory headers.
func fillIn(b *Builder) {
	for _, f := range []struct {
		id    header.ID
		value string
	}{
		{header.IDVia, "SIP/2.0/UDP a.example.com;branch=z9hG4bKx"},
		{header.IDMaxForwards, "70"},
		{header.IDFrom, "<sip:a@example.com>;tag=1"},
		{header.IDTo, "<sip:b@example.com>"},
		{header.IDCallID, "call@example.com"},
	} {
		if !b.have.Has(f.id) {
			b.Field(f.id, []byte(f.value))
		}
	}
	if !b.have.Has(header.IDCSeq) {
		if b.methodEnd == 0 {
			b.CSeq(1, []byte("INVITE"))
		} else {
			b.CSeq(1, nil)
		}
	}
	if len(b.body) > 0 && !b.have.Has(header.IDContentType) {
		b.Field(header.IDContentType, []byte("text/plain"))
	}
}

// TestBuilder puts every kind of value in, in an order that is not the one of
// the output.
func TestBuilder(t *testing.T) {
	prack := new(codec.Message)
	if err := prack.Parse([]byte(reliableMsg)); err != nil {
		t.Fatal(err)
	}
	build := func(b *Builder) {
		b.Body([]byte("application/sdp"), []byte("v=0\r\n"))
		b.Value(header.IDEvent, []byte("presence.winfo"), Param{Name: []byte("id"), Value: []byte("4")})
		b.Addr(header.IDContact, &Address{URI: []byte("sip:alice@192.0.2.4;transport=tcp"), Params: []Param{
			{Name: []byte("+sip.instance"), Value: []byte("<urn:uuid:1>"), Quoted: true},
			{Name: []byte("expires"), Value: []byte("60")}, {Name: []byte("ob")}}})
		b.Field(header.IDUserAgent, []byte("  sipwire/1 (test)\t"))
		b.Methods(header.IDAllow, 1<<header.MethodINVITE|1<<header.MethodACK|1<<header.MethodBYE)
		b.Options(header.IDSupported, 1<<header.Option100rel|1<<header.OptionTimer)
		b.CSeq(314159, nil)
		b.Value(header.IDCallID, []byte("a84b4c76e66710@pc33.atlanta.example.com"))
		b.Addr(header.IDTo, &Address{Display: []byte(`Bob "B" \ Ö`), URI: []byte("sip:bob@biloxi.example.com")})
		b.Addr(header.IDFrom, &Address{URI: []byte("sip:alice@atlanta.example.com"), Tag: []byte("1928301774")})
		b.Raw([]byte("X-Odd"), []byte(" a\"<,;"))
		b.Number(header.IDMaxForwards, 70)
		b.Options(header.IDProxyRequire, 1<<header.OptionSecAgree)
		b.Addr(header.IDRecordRoute, &Address{URI: []byte("sip:p0.example.com;lr")})
		b.Addr(header.IDRoute, &Address{URI: []byte("sip:p1.example.com;lr")})
		b.Via(&codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("pc33.atlanta.example.com"), Branch: []byte("z9hG4bK1"), RPort: true})
		b.Addr(header.IDRoute, &Address{URI: []byte("sip:p2.example.com;lr")})
		b.Via(&codec.ViaSpec{Transport: header.TransportTLS, Host: []byte("[2001:db8::1]"), Port: 5061, Branch: []byte("z9hG4bK2")})
		b.Number(header.IDSessionExpires, 1800, Param{Name: []byte("refresher"), Value: []byte("uac")})
		b.Value(header.IDReason, []byte("Q.850"), Param{Name: []byte("cause"), Value: []byte("16")},
			Param{Name: []byte("text"), Value: []byte("Terminated"), Quoted: true})
		b.Value(header.IDReplaces, []byte("98732@example.com"), Param{Name: []byte("to-tag"), Value: []byte("r33th4x0r")},
			Param{Name: []byte("host"), Value: []byte("[::1]")}, Param{Name: []byte("note"), Value: []byte{}})
		b.Value(header.IDAlertInfo, []byte("http://www.example.com/sounds/moo.wav"))
		b.Value(header.IDAcceptContact, []byte("*"), Param{Name: []byte("audio")})
		b.Value(header.IDPVisitedNetworkID, []byte("other.net, the \"other\""))
		b.Value(header.IDPVisitedNetworkID, []byte("home.net"))
		b.Value(header.IDAccept, []byte("application/sdp"), Param{Name: []byte("q"), Value: []byte("0.5")})
		b.Date(time.Date(2010, 11, 13, 23, 29, 0, 0, time.UTC))
		b.Timestamp(54*time.Second+20*time.Millisecond, 5*time.Microsecond)
		b.RAck(prack)
		b.Raw([]byte("pRiOrItY"), []byte("emergency"))
		b.Field(header.IDContact, []byte("<sip:alice@192.0.2.5>, <sip:alice@192.0.2.6>"))
	}
	want := "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP pc33.atlanta.example.com;rport;branch=z9hG4bK1\r\n" +
		"Via: SIP/2.0/TLS [2001:db8::1]:5061;branch=z9hG4bK2\r\n" +
		"Route: <sip:p1.example.com;lr>\r\n" +
		"Route: <sip:p2.example.com;lr>\r\n" +
		"Record-Route: <sip:p0.example.com;lr>\r\n" +
		"Proxy-Require: sec-agree\r\n" +
		"Max-Forwards: 70\r\n" +
		"From: <sip:alice@atlanta.example.com>;tag=1928301774\r\n" +
		"To: \"Bob \\\"B\\\" \\\\ Ö\" <sip:bob@biloxi.example.com>\r\n" +
		"Call-ID: a84b4c76e66710@pc33.atlanta.example.com\r\n" +
		"CSeq: 314159 INVITE\r\n" +
		"Contact: <sip:alice@192.0.2.4;transport=tcp>;+sip.instance=\"<urn:uuid:1>\";expires=60;ob\r\n" +
		"Contact: <sip:alice@192.0.2.5>, <sip:alice@192.0.2.6>\r\n" +
		"Event: presence.winfo;id=4\r\n" +
		"User-Agent: sipwire/1 (test)\r\n" +
		"Allow: ACK, BYE, INVITE\r\n" +
		"Supported: timer, 100rel\r\n" +
		"X-Odd: a\"<,;\r\n" +
		"Session-Expires: 1800;refresher=uac\r\n" +
		"Reason: Q.850;cause=16;text=\"Terminated\"\r\n" +
		"Replaces: 98732@example.com;to-tag=r33th4x0r;host=[::1];note=\"\"\r\n" +
		"Alert-Info: <http://www.example.com/sounds/moo.wav>\r\n" +
		"Accept-Contact: *;audio\r\n" +
		"P-Visited-Network-ID: \"other.net, the \\\"other\\\"\"\r\n" +
		"P-Visited-Network-ID: home.net\r\n" +
		"Accept: application/sdp;q=0.5\r\n" +
		"Date: Sat, 13 Nov 2010 23:29:00 GMT\r\n" +
		"Timestamp: 54.02 0.000005\r\n" +
		"RAck: 776656 1 INVITE\r\n" +
		"pRiOrItY: emergency\r\n" +
		"Content-Type: application/sdp\r\n" +
		"Content-Length: 5\r\n\r\nv=0\r\n"
	b := new(Builder)
	for range 2 { // the second time with what the first has grown
		beginINVITE(b)
		build(b)
		got, err := b.AppendTo([]byte("before"))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != "before"+want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if b.Size() != len(want) {
			t.Errorf("Size is %d for %d bytes", b.Size(), len(want))
		}
	}
	b.Request([]byte("INVITE"), []byte("sip:bob@a;method=BYE;lr?subject=x"))
	fillIn(b)
	if got, err := b.AppendTo(nil); err != nil || !strings.HasPrefix(string(got), "INVITE sip:bob@a;lr SIP/2.0\r\n") {
		t.Errorf("%v: %q", err, got)
	}
	b.Compact = true
	b.Response(180, nil)
	fillIn(b)
	b.Addr(header.IDReferTo, &Address{URI: []byte("sip:c@example.com")})
	b.Raw([]byte("Subject"), []byte("raw names stay"))
	b.Body([]byte("text/plain"), []byte("x"))
	got, err := b.AppendTo(nil)
	if want := "SIP/2.0 180 Ringing\r\nv: SIP/2.0/UDP a.example.com;branch=z9hG4bKx\r\nMax-Forwards: 70\r\n" +
		"f: <sip:a@example.com>;tag=1\r\nt: <sip:b@example.com>\r\ni: call@example.com\r\nCSeq: 1 INVITE\r\n" +
		"r: <sip:c@example.com>\r\nSubject: raw names stay\r\nc: text/plain\r\nl: 1\r\n\r\nx"; err != nil || string(got) != want {
		t.Errorf("%v: got\n%s\nwant\n%s", err, got, want)
	}
	if b.Size() != len(got) {
		t.Errorf("Size is %d for %d bytes", b.Size(), len(got))
	}
}

// TestBuilderErrors holds every refusal to its code and header, and sees that
// nothing comes out behind it.
func TestBuilderErrors(t *testing.T) {
	addr := func(uri, tag string, params ...Param) *Address {
		a := &Address{URI: []byte(uri), Params: params}
		if tag != "" {
			a.Tag = []byte(tag)
		}
		return a
	}
	param := func(name, value string) Param { return Param{Name: []byte(name), Value: []byte(value)} }
	for _, c := range []struct {
		name string
		code sipwire.Code
		id   header.ID
		call func(b *Builder) error
	}{
		{"method", sipwire.ErrMethod, header.IDOther, func(b *Builder) error { return b.Request([]byte("IN VITE"), []byte("sip:a")) }},
		{"no method", sipwire.ErrMethod, header.IDOther, func(b *Builder) error { return b.Request(nil, []byte("sip:a")) }},
		{"no URI", sipwire.ErrEmpty, header.IDOther, func(b *Builder) error { return b.Request([]byte("INVITE"), nil) }},
		{"space in URI", sipwire.ErrHost, header.IDOther, func(b *Builder) error { return b.Request([]byte("INVITE"), []byte("sip: a")) }},
		{"status", sipwire.ErrStatus, header.IDOther, func(b *Builder) error { return b.Response(99, nil) }},
		{"status", sipwire.ErrStatus, header.IDOther, func(b *Builder) error { return b.Response(700, nil) }},
		{"reason", sipwire.ErrControl, header.IDOther, func(b *Builder) error { return b.Response(200, []byte("a\x7f")) }},
		{"setter first", sipwire.ErrState, header.IDTo, func(b *Builder) error { b.Reset(); return b.Addr(header.IDTo, addr("sip:a", "")) }},
		{"raw first", sipwire.ErrState, header.IDOther, func(b *Builder) error { b.Reset(); return b.Raw([]byte("X-Y"), nil) }},
		{"body first", sipwire.ErrState, header.IDContentType, func(b *Builder) error { b.Reset(); return b.Body(nil, nil) }},
		{"other", sipwire.ErrState, header.IDOther, func(b *Builder) error { return b.Field(header.IDOther, nil) }},
		{"beyond the table", sipwire.ErrState, header.ID(255), func(b *Builder) error { return b.Field(header.ID(255), nil) }},
		{"length", sipwire.ErrState, header.IDContentLength, func(b *Builder) error { return b.Field(header.IDContentLength, []byte("0")) }},
		{"length", sipwire.ErrState, header.IDContentLength, func(b *Builder) error { return b.Number(header.IDContentLength, 0) }},
		{"raw length", sipwire.ErrState, header.IDContentLength, func(b *Builder) error { return b.Raw([]byte("L"), []byte("0")) }},
		{"raw name", sipwire.ErrHeaderName, header.IDOther, func(b *Builder) error { return b.Raw([]byte("A B"), nil) }},
		{"raw name", sipwire.ErrHeaderName, header.IDOther, func(b *Builder) error { return b.Raw(nil, nil) }},
		{"raw twice", sipwire.ErrHeaderTwice, header.IDTo, func(b *Builder) error {
			b.Addr(header.IDTo, addr("sip:a", ""))
			return b.Raw([]byte("t"), []byte("<sip:b>"))
		}},
		{"twice", sipwire.ErrHeaderTwice, header.IDMaxForwards, func(b *Builder) error {
			b.Number(header.IDMaxForwards, 1)
			return b.Number(header.IDMaxForwards, 1)
		}},
		{"type twice", sipwire.ErrHeaderTwice, header.IDContentType, func(b *Builder) error {
			b.Value(header.IDContentType, []byte("a/b"))
			return b.Body([]byte("a/b"), nil)
		}},
		{"body twice", sipwire.ErrConflict, header.IDContentType, func(b *Builder) error { b.Body(nil, nil); return b.Body(nil, nil) }},
		{"star behind", sipwire.ErrWildcard, header.IDContact, func(b *Builder) error {
			b.Addr(header.IDContact, addr("sip:a", ""))
			return b.Field(header.IDContact, []byte(" *"))
		}},
		{"star in front", sipwire.ErrWildcard, header.IDContact, func(b *Builder) error {
			b.Field(header.IDContact, []byte("*"))
			return b.Addr(header.IDContact, addr("sip:a", ""))
		}},
		{"From without tag", sipwire.ErrMissing, header.IDFrom, func(b *Builder) error { return b.Addr(header.IDFrom, addr("sip:a", "")) }},
		{"tag twice", sipwire.ErrParamTwice, header.IDFrom, func(b *Builder) error {
			return b.Addr(header.IDFrom, addr("sip:a", "x", param("Tag", "y")))
		}},
		{"param twice", sipwire.ErrParamTwice, header.IDTo, func(b *Builder) error {
			return b.Addr(header.IDTo, addr("sip:a", "", param("x", "y"), param("z", "y"), param("X", "y")))
		}},
		{"tag", sipwire.ErrToken, header.IDTo, func(b *Builder) error { return b.Addr(header.IDTo, addr("sip:a", "x;y")) }},
		{"param name", sipwire.ErrToken, header.IDTo, func(b *Builder) error { return b.Addr(header.IDTo, addr("sip:a", "", param("", ""))) }},
		{"end of angle", sipwire.ErrHost, header.IDTo, func(b *Builder) error { return b.Addr(header.IDTo, addr("sip:a>", "")) }},
		{"not an address", sipwire.ErrState, header.IDSubject, func(b *Builder) error { return b.Addr(header.IDSubject, addr("sip:a", "")) }},
		{"not a number", sipwire.ErrState, header.IDSubject, func(b *Builder) error { return b.Number(header.IDSubject, 1) }},
		{"not an item", sipwire.ErrState, header.IDSubject, func(b *Builder) error { return b.Value(header.IDSubject, []byte("x")) }},
		{"no list", sipwire.ErrState, header.IDPriority, func(b *Builder) error { return b.Options(header.IDPriority, 2) }},
		{"no list", sipwire.ErrState, header.IDVia, func(b *Builder) error { return b.Methods(header.IDVia, 2) }},
		{"empty set", sipwire.ErrEmpty, header.IDRequire, func(b *Builder) error { return b.Options(header.IDRequire, 0) }},
		{"other option", sipwire.ErrToken, header.IDRequire, func(b *Builder) error { return b.Options(header.IDRequire, 3) }},
		{"other method", sipwire.ErrMethod, header.IDAllow, func(b *Builder) error { return b.Methods(header.IDAllow, 3) }},
		{"range", sipwire.ErrRange, header.IDMaxForwards, func(b *Builder) error { return b.Number(header.IDMaxForwards, 256) }},
		{"range", sipwire.ErrRange, header.IDRSeq, func(b *Builder) error { return b.Number(header.IDRSeq, 0) }},
		{"range", sipwire.ErrRange, header.IDCSeq, func(b *Builder) error { return b.CSeq(1<<31, nil) }},
		{"params", sipwire.ErrTrailing, header.IDExpires, func(b *Builder) error { return b.Number(header.IDExpires, 1, param("a", "b")) }},
		{"CSeq method", sipwire.ErrMethod, header.IDCSeq, func(b *Builder) error { return b.CSeq(1, []byte("ACK")) }},
		{"CSeq method", sipwire.ErrMethod, header.IDCSeq, func(b *Builder) error { return b.Field(header.IDCSeq, []byte("1 ACK")) }},
		{"CSeq", sipwire.ErrNumber, header.IDCSeq, func(b *Builder) error { return b.Field(header.IDCSeq, []byte("x")) }},
		{"CSeq without method", sipwire.ErrMethod, header.IDCSeq, func(b *Builder) error { b.Response(200, nil); return b.CSeq(1, nil) }},
		{"RAck", sipwire.ErrNotParsed, header.IDRAck, func(b *Builder) error { return b.RAck(new(codec.Message)) }},
		{"date", sipwire.ErrDate, header.IDDate, func(b *Builder) error { return b.Date(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)) }},
		{"timestamp", sipwire.ErrRange, header.IDTimestamp, func(b *Builder) error { return b.Timestamp(-1, 0) }},
		{"timestamp", sipwire.ErrRange, header.IDTimestamp, func(b *Builder) error { return b.Timestamp(0, -1) }},
		{"branch", sipwire.ErrParam, header.IDVia, func(b *Builder) error {
			return b.Via(&codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("a"), Branch: []byte("x")})
		}},
		{"list in a token", sipwire.ErrToken, header.IDRequire, func(b *Builder) error { return b.Value(header.IDRequire, []byte("a,b")) }},
		{"media type", sipwire.ErrToken, header.IDAccept, func(b *Builder) error { return b.Value(header.IDAccept, []byte("a/b,c")) }},
		{"media type", sipwire.ErrValue, header.IDAccept, func(b *Builder) error { return b.Value(header.IDAccept, []byte("a")) }},
		{"call", sipwire.ErrEmpty, header.IDCallID, func(b *Builder) error { return b.Value(header.IDCallID, []byte("a@")) }},
		{"star", sipwire.ErrValue, header.IDRejectContact, func(b *Builder) error { return b.Value(header.IDRejectContact, []byte("x")) }},
		{"grammar", sipwire.ErrAngle, header.IDTo, func(b *Builder) error { return b.Field(header.IDTo, []byte("<sip:a")) }},
	} {
		b := new(Builder)
		beginINVITE(b)
		err := c.call(b)
		first := b.Fault()
		if err != c.code || first.Code != c.code || first.Header != c.id {
			t.Errorf("%s: %v, %v, want %v in %v", c.name, err, first, c.code, c.id)
			continue
		}
		fillIn(b)
		got, err := b.AppendTo([]byte("as it was"))
		if string(got) != "as it was" || err == nil || b.Fault() != first || err != first.Code || b.Err() != err || b.Size() != 0 {
			t.Errorf("%s: then %q, %v, size %d", c.name, got, err, b.Size())
		}
		beginINVITE(b)
		b.Addr(header.IDContact, addr("sip:a", ""))
		if fillIn(b); b.Err() != nil || b.Size() == 0 {
			t.Errorf("%s: the next message has %v", c.name, b.Err())
		}
	}
}

// TestBuilderMissing leaves each mandatory header out.
func TestBuilderMissing(t *testing.T) {
	b := new(Builder)
	if _, err := b.AppendTo(nil); !errors.Is(err, sipwire.ErrState) || b.Size() != 0 {
		t.Error("empty builder:", err)
	}
	for _, response := range []bool{false, true} {
		for _, without := range []header.ID{header.IDVia, header.IDFrom, header.IDTo, header.IDCallID, header.IDCSeq, header.IDMaxForwards, header.IDContentType} {
			begin := func() {
				beginINVITE(b)
				if response {
					b.Response(200, nil)
				}
				b.Body(nil, []byte("x"))
			}
			begin()
			b.have.Add(without) // so that fillIn leaves it out
			fillIn(b)
			b.have[without>>6] &^= 1 << (without & 63)
			_, err := b.AppendTo(nil)
			if response && without == header.IDMaxForwards {
				if err != nil {
					t.Error(err)
				}
				continue
			}
			if e := b.Fault(); err != sipwire.ErrMissing || e.Code != sipwire.ErrMissing || e.Header != without || b.Size() != 0 {
				t.Errorf("without %v: %v", without, err)
			}
			if b.Err() != nil {
				t.Error("what is missing stays an error:", b.Err())
			}
			if fillIn(b); b.Size() == 0 {
				t.Errorf("%v filled in: still nothing", without)
			}
		}
	}
}
