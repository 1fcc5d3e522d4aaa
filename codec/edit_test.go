package codec

import (
	"bytes"
	"errors"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// editMsg has what an edit must not touch: folds, odd case, compact names,
// spaces in odd places, unknown headers, no order.
const editMsg = "INVITE sip:bob@biloxi.example.com SIP/2.0\r\n" +
	"X-First :  odd\r\n" +
	"v: SIP/2.0/UDP b.example;branch=z9hG4bK2 ,\r\n\tSIP/2.0/UDP a.example;branch=z9hG4bK1\r\n" +
	"MAX-forwards:  9\r\n" +
	"Route: <sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\n" +
	"Subject: a\r\n  folded subject\r\n" +
	"route: <sip:p4;lr>\r\n" +
	"VIA: SIP/2.0/TCP z.example;branch=z9hG4bK0\r\n" +
	"f: <sip:alice@atlanta.example.com>;tag=1\r\nt: <sip:bob@biloxi.example.com>\r\ni: x@y\r\nCSeq:4711   INVITE\r\n" +
	"c: application/sdp\r\nl: 4\r\n\r\nv=0\n"

// edited applies the changes to a message and returns what is written.
func edited(t *testing.T, s string, change func(e *Edit)) string {
	t.Helper()
	e := new(Edit)
	if err := e.Begin(whole(t, s)); err != nil {
		t.Fatal(err)
	}
	change(e)
	out, err := e.AppendTo([]byte("before"))
	if err != nil {
		return err.Error()
	}
	if e.Size() != len(out)-6 || !bytes.HasPrefix(out, []byte("before")) {
		t.Errorf("Size %d, wrote %d bytes", e.Size(), len(out)-6)
	}
	pieces, err := e.AppendSegments(nil)
	if err != nil || !bytes.Equal(bytes.Join(pieces, nil), out[6:]) {
		t.Errorf("segments %q, %v", pieces, err)
	}
	for _, piece := range pieces {
		if len(piece) == 0 || len(piece) != cap(piece) {
			t.Errorf("a segment of %d bytes, %d to append to", len(piece), cap(piece))
		}
	}
	return string(out[6:])
}

var (
	bobVia = &ViaSpec{Transport: header.TransportUDP, Host: []byte("p.example"), Port: 5070, Branch: []byte("z9hG4bKp"), RPort: true}
	source = netip.MustParseAddrPort("192.0.2.3:5062")
)

// TestEdit makes each change alone and compares all bytes: old is what the
// message has where the result has new, and everything else is as it was.
func TestEdit(t *testing.T) {
	subject := Before(4)
	for name, c := range map[string]struct {
		change   func(e *Edit)
		old, new string
	}{
		"nothing": {func(*Edit) {}, "", ""},
		"top":     {func(e *Edit) { e.Add(Top(), header.IDSupported, []byte("a")); e.AddField(Top(), []byte("x"), nil) }, "X-First", "Supported: a\r\nx: \r\nX-First"},
		"bottom": {func(e *Edit) {
			e.Add(Bottom(), header.IDSupported, []byte("a"))
			e.AddField(Bottom(), []byte("x"), []byte("y"))
		}, "l: 4\r\n", "l: 4\r\nSupported: a\r\nx: y\r\n"},
		"strings": {func(e *Edit) {
			e.AddString(Bottom(), header.IDSupported, "a")
			e.AddFieldString(Bottom(), "x", "y")
			e.SetString(header.IDContentType, "b/c")
		}, "application/sdp\r\nl: 4\r\n", "b/c\r\nl: 4\r\nSupported: a\r\nx: y\r\n"},
		"before, after": {func(e *Edit) {
			e.AddField(subject, []byte("B"), []byte("1"))
			e.AddField(After(3), []byte("A"), []byte("2"))
		}, "Subject", "A: 2\r\nB: 1\r\nSubject"},
		"after a fold": {func(e *Edit) { e.AddField(After(4), []byte("A"), []byte("2")) }, "route: ", "A: 2\r\nroute: "},
		"set":          {func(e *Edit) { e.Set(header.IDSubject, []byte("new")) }, "a\r\n  folded subject", "new"},
		"set nothing":  {func(e *Edit) { e.Set(header.IDSubject, nil) }, "a\r\n  folded subject", ""},
		"set absent":   {func(e *Edit) { e.Set(header.IDExpires, []byte("1")) }, "l: 4\r\n", "l: 4\r\nExpires: 1\r\n"},
		"set all":      {func(e *Edit) { e.Set(header.IDRoute, []byte("<sip:q>")) }, "<sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\nSubject: a\r\n  folded subject\r\nroute: <sip:p4;lr>", "<sip:q>\r\nSubject: a\r\n  folded subject"},
		"set at":       {func(e *Edit) { e.SetAt(0, []byte("even")) }, "odd", "even"},
		"remove":       {func(e *Edit) { e.Remove(header.IDSubject); e.Remove(header.IDExpires) }, "Subject: a\r\n  folded subject\r\n", ""},
		"remove all":   {func(e *Edit) { e.Remove(header.IDRoute) }, "Route: <sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\nSubject: a\r\n  folded subject\r\nroute: <sip:p4;lr>\r\n", "Subject: a\r\n  folded subject\r\n"},
		"remove first": {func(e *Edit) { e.RemoveFirst(header.IDVia) }, "v: SIP/2.0/UDP b.example;branch=z9hG4bK2 ,\r\n\tSIP/2.0/UDP a.example;branch=z9hG4bK1\r\n", ""},
		"remove at":    {func(e *Edit) { e.RemoveAt(5) }, "route: <sip:p4;lr>\r\n", ""},
		"value 0":      {func(e *Edit) { e.RemoveValue(header.IDRoute, 0) }, "<sip:p1;lr>, ", ""},
		"value 1":      {func(e *Edit) { e.RemoveValue(header.IDRoute, 1) }, "<sip:p2;lr>,\r\n ", ""},
		"value 2":      {func(e *Edit) { e.RemoveValue(header.IDRoute, 2) }, ",\r\n <sip:p3;lr>", ""},
		"value 3":      {func(e *Edit) { e.RemoveValue(header.IDRoute, 3) }, "route: <sip:p4;lr>\r\n", ""},
		"values 1, 0":  {func(e *Edit) { e.RemoveValue(header.IDRoute, 1); e.RemoveValue(header.IDRoute, 0) }, "<sip:p1;lr>, <sip:p2;lr>,\r\n ", ""},
		"values 2, 1":  {func(e *Edit) { e.RemoveValue(header.IDRoute, 2); e.RemoveValue(header.IDRoute, 1) }, ", <sip:p2;lr>,\r\n <sip:p3;lr>", ""},
		"values 1, 2":  {func(e *Edit) { e.RemoveValue(header.IDRoute, 1); e.RemoveValue(header.IDRoute, 2) }, ", <sip:p2;lr>,\r\n <sip:p3;lr>", ""},
		"values 2, 0, 1": {func(e *Edit) {
			e.RemoveValue(header.IDRoute, 2)
			e.RemoveValue(header.IDRoute, 0)
			e.RemoveValue(header.IDRoute, 1)
		}, "Route: <sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\n", ""},
		"push Via":         {func(e *Edit) { e.PushVia(bobVia) }, "v: ", "Via: SIP/2.0/UDP p.example:5070;rport;branch=z9hG4bKp\r\nv: "},
		"pop Via":          {func(e *Edit) { e.PopVia() }, "SIP/2.0/UDP b.example;branch=z9hG4bK2 ,\r\n\t", ""},
		"pop Via twice":    {func(e *Edit) { e.PopVia(); e.PopVia() }, "v: SIP/2.0/UDP b.example;branch=z9hG4bK2 ,\r\n\tSIP/2.0/UDP a.example;branch=z9hG4bK1\r\n", ""},
		"push, pop Via":    {func(e *Edit) { e.PushVia(bobVia); e.PopVia() }, "v: SIP/2.0/UDP b.example;branch=z9hG4bK2 ,\r\n\t", "Via: SIP/2.0/UDP p.example:5070;rport;branch=z9hG4bKp\r\nv: "},
		"push Route":       {func(e *Edit) { e.PushRoute([]byte("sip:a;lr")); e.PushRoute([]byte("sip:b;lr")) }, "Route: ", "Route: <sip:b;lr>\r\nRoute: <sip:a;lr>\r\nRoute: "},
		"pop Route":        {func(e *Edit) { e.PopRoute() }, "<sip:p1;lr>, ", ""},
		"pop Route twice":  {func(e *Edit) { e.PopRoute(); e.PopRoute() }, "<sip:p1;lr>, <sip:p2;lr>,\r\n ", ""},
		"pop, push Route":  {func(e *Edit) { e.PopRoute(); e.PushRoute([]byte("sip:a;lr")) }, "Route: <sip:p1;lr>, ", "Route: <sip:a;lr>\r\nRoute: "},
		"pop Route thrice": {func(e *Edit) { e.PopRoute(); e.PopRoute(); e.PopRoute() }, "Route: <sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\n", ""},
		"pop all Routes": {func(e *Edit) {
			for range 4 {
				e.PopRoute()
			}
		}, "Route: <sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\nSubject: a\r\n  folded subject\r\nroute: <sip:p4;lr>\r\n", "Subject: a\r\n  folded subject\r\n"},
		"push Record-Route": {func(e *Edit) { e.PushRecordRoute([]byte("sip:a;lr")); e.PushRecordRoute([]byte("sip:b;lr")) },
			"f: <", "Record-Route: <sip:b;lr>\r\nRecord-Route: <sip:a;lr>\r\nf: <"},
		"Max-Forwards":     {func(e *Edit) { e.DecrementMaxForwards() }, ":  9", ":  8"},
		"set Max-Forwards": {func(e *Edit) { e.SetMaxForwards(255) }, ":  9", ":  255"},
		"received":         {func(e *Edit) { e.SetReceived(source) }, "z9hG4bK2", "z9hG4bK2;received=192.0.2.3"},
		"rport":            {func(e *Edit) { e.ForceRPort(source) }, "z9hG4bK2", "z9hG4bK2;received=192.0.2.3;rport=5062"},
		"received, pushed": {func(e *Edit) { e.PushVia(bobVia); e.SetReceived(source) }, "v: SIP/2.0/UDP b.example;branch=z9hG4bK2", "Via: SIP/2.0/UDP p.example:5070;rport;branch=z9hG4bKp\r\nv: SIP/2.0/UDP b.example;branch=z9hG4bK2;received=192.0.2.3"},
		"branch":           {func(e *Edit) { e.SetBranch([]byte("z9hG4bKnew")) }, "branch=z9hG4bK2", "branch=z9hG4bKnew"},
		"CSeq":             {func(e *Edit) { e.SetCSeq(4712, nil) }, "4711   INVITE", "4712 INVITE"},
		"Request-URI":      {func(e *Edit) { e.SetRequestURI([]byte("sip:c@[::1]:5;lr;method=BYE?x=y")) }, "sip:bob@biloxi.example.com SIP", "sip:c@[::1]:5;lr SIP"},
		"request line":     {func(e *Edit) { e.SetRequestLine([]byte("INFO"), []byte("tel:+1")) }, "INVITE sip:bob@biloxi.example.com", "INFO tel:+1"},
		"body":             {func(e *Edit) { e.SetBody([]byte("text/plain"), []byte("hello\r\nhello")) }, "application/sdp\r\nl: 4\r\n\r\nv=0\n", "text/plain\r\nl: 12\r\n\r\nhello\r\nhello"},
		"body, same type":  {func(e *Edit) { e.SetBody(nil, []byte("v=1\r\n")) }, "4\r\n\r\nv=0\n", "5\r\n\r\nv=1\r\n"},
		"no body":          {func(e *Edit) { e.SetBody(nil, nil) }, "c: application/sdp\r\nl: 4\r\n\r\nv=0\n", "l: 0\r\n\r\n"},
		"Content-Length":   {func(e *Edit) { e.SetContentLength() }, "4\r\n\r\n", "4\r\n\r\n"},
		"credentials":      {func(e *Edit) { e.Authorize(header.IDAuthorization, []byte(`Digest realm="a", nonce="b"`)) }, "l: 4\r\n", "l: 4\r\nAuthorization: Digest realm=\"a\", nonce=\"b\"\r\n"},
		"retry":            {func(e *Edit) { e.Retry([]byte("z9hG4bKnew"), header.IDAuthorization, []byte(`Digest realm="a"`)) }, "z9hG4bK2 ,\r\n\tSIP/2.0/UDP a.example;branch=z9hG4bK1\r\nMAX", "z9hG4bKnew ,\r\n\tSIP/2.0/UDP a.example;branch=z9hG4bK1\r\nMAX"},
		"many, out of order": {func(e *Edit) {
			for i := range 40 {
				e.AddField(Before(4), []byte("Q"), []byte{'a' + byte(i%26)})
			}
			e.PopRoute()
		}, "<sip:p1;lr>, <sip:p2;lr>,\r\n <sip:p3;lr>\r\n", "<sip:p2;lr>,\r\n <sip:p3;lr>\r\nQ: a\r\nQ: b\r\nQ: c\r\nQ: d\r\nQ: e\r\nQ: f\r\nQ: g\r\nQ: h\r\nQ: i\r\nQ: j\r\nQ: k\r\nQ: l\r\nQ: m\r\nQ: n\r\nQ: o\r\nQ: p\r\nQ: q\r\nQ: r\r\nQ: s\r\nQ: t\r\nQ: u\r\nQ: v\r\nQ: w\r\nQ: x\r\nQ: y\r\nQ: z\r\nQ: a\r\nQ: b\r\nQ: c\r\nQ: d\r\nQ: e\r\nQ: f\r\nQ: g\r\nQ: h\r\nQ: i\r\nQ: j\r\nQ: k\r\nQ: l\r\nQ: m\r\nQ: n\r\n"},
	} {
		if n := strings.Count(editMsg, c.old); n != 1 && name != "nothing" {
			t.Fatalf("%s: %q stands %d times", name, c.old, n)
		}
		want := strings.Replace(editMsg, c.old, c.new, 1)
		if name == "retry" {
			want = strings.Replace(want, "CSeq:4711   INVITE", "CSeq:4712 INVITE", 1)
			want = strings.Replace(want, "l: 4\r\n", "l: 4\r\nAuthorization: Digest realm=\"a\"\r\n", 1)
		}
		if got := edited(t, editMsg, c.change); got != want {
			t.Errorf("%s:\ngot  %q\nwant %q", name, got, want)
		}
	}
}

// TestEditSmall has changes of messages without what they change.
func TestEditSmall(t *testing.T) {
	const start = "OPTIONS sip:a SIP/2.0\r\n"
	for _, c := range []struct {
		name, in string
		change   func(e *Edit)
		want     string
	}{
		{"no fields", start + "\r\n", func(e *Edit) {
			e.AddField(Bottom(), []byte("B"), nil)
			e.AddField(Top(), []byte("T"), nil)
			e.PushRoute([]byte("sip:b"))
			e.PushVia(bobVia)
		}, start + "Via: SIP/2.0/UDP p.example:5070;rport;branch=z9hG4bKp\r\nRoute: <sip:b>\r\nB: \r\nT: \r\n\r\n"},
		{"Max-Forwards", start + "A: b\r\n\r\n", func(e *Edit) { e.DecrementMaxForwards() }, start + "A: b\r\nMax-Forwards: 70\r\n\r\n"},
		{"Max-Forwards 100", start + "Max-Forwards:100\r\n\r\n", func(e *Edit) { e.DecrementMaxForwards() }, start + "Max-Forwards:99\r\n\r\n"},
		{"Content-Length", start + "A: b\r\n\r\nbody", func(e *Edit) { e.SetContentLength() }, start + "A: b\r\nContent-Length: 4\r\n\r\nbody"},
		{"twice the same length", start + "l: 4\r\nContent-Length: 4\r\n\r\nbody", func(e *Edit) { e.SetBody(nil, []byte("xx")) }, start + "l: 2\r\nContent-Length: 2\r\n\r\nxx"},
		{"new body", start + "A: b\r\n\r\n", func(e *Edit) { e.SetBody([]byte("a/b"), []byte("body")) }, start + "A: b\r\nContent-Type: a/b\r\nContent-Length: 4\r\n\r\nbody"},
		{"body and a field", start + "A: b\r\n\r\n", func(e *Edit) { e.SetContentLength(); e.AddField(Bottom(), []byte("C"), []byte("d")) }, start + "A: b\r\nC: d\r\nContent-Length: 0\r\n\r\n"},
		{"last field removed", start + "A: b\r\nC: d\r\n\r\n", func(e *Edit) { e.RemoveAt(1); e.AddField(After(1), []byte("E"), nil) }, start + "A: b\r\nE: \r\n\r\n"},
		{"untouched", "\r\n\r\n" + start + "l: 1\r\n\r\nxrest", func(*Edit) {}, "\r\n\r\n" + start + "l: 1\r\n\r\nxrest"},
		{"rest left out", "\r\n\r\n" + start + "l: 1\r\n\r\nxrest", func(e *Edit) { e.AddField(Top(), []byte("A"), nil) }, start + "A: \r\nl: 1\r\n\r\nx"},
		{"bare LF", "OPTIONS sip:a SIP/2.0\nA: b\nC: d\n\nx", func(e *Edit) { e.RemoveAt(0); e.AddField(Bottom(), []byte("E"), nil) }, "OPTIONS sip:a SIP/2.0\nC: d\nE: \r\n\nx"},
		{"empty values", start + "Supported: a,,b,\r\n\r\n", func(e *Edit) { e.RemoveValue(header.IDSupported, 0); e.RemoveValue(header.IDSupported, 3) }, start + "Supported: ,b\r\n\r\n"},
		{"empty value", start + "Supported: a,,b,\r\n\r\n", func(e *Edit) { e.RemoveValue(header.IDSupported, 1) }, start + "Supported: a,b,\r\n\r\n"},
		{"quoted comma", start + "Contact: \"a, b\" <sip:c,d>, <sip:e>\r\n\r\n", func(e *Edit) { e.RemoveValue(header.IDContact, 0) }, start + "Contact: <sip:e>\r\n\r\n"},
		{"not a list", start + "WWW-Authenticate: Digest a=b, c=d\r\nA: b\r\n\r\n", func(e *Edit) { e.RemoveValue(header.IDWWWAuthenticate, 0) }, start + "A: b\r\n\r\n"},
		{"same address", start + "Via: SIP/2.0/UDP 192.0.2.3;branch=1\r\n\r\n", func(e *Edit) { e.SetReceived(source) }, start + "Via: SIP/2.0/UDP 192.0.2.3;branch=1\r\n\r\n"},
		{"rport asked", start + "Via: SIP/2.0/UDP 192.0.2.3;rport;branch=1\r\n\r\n", func(e *Edit) { e.SetReceived(source) }, start + "Via: SIP/2.0/UDP 192.0.2.3;rport=5062;branch=1;received=192.0.2.3\r\n\r\n"},
		{"forged", start + "Via: SIP/2.0/UDP 192.0.2.3;RECEIVED=1.1.1.1;rport=1, x\r\n\r\n", func(e *Edit) { e.SetReceived(source) }, start + "Via: SIP/2.0/UDP 192.0.2.3;received=192.0.2.3;rport=5062, x\r\n\r\n"},
		{"forged, same address", start + "Via: SIP/2.0/UDP 192.0.2.3;received=1.1.1.1\r\n\r\n", func(e *Edit) { e.SetReceived(source) }, start + "Via: SIP/2.0/UDP 192.0.2.3;received=192.0.2.3\r\n\r\n"},
		{"IPv6", start + "Via: SIP/2.0/UDP [2001:DB8::1]:5060\r\n\r\n", func(e *Edit) { e.SetReceived(netip.MustParseAddrPort("[2001:db8::2%eth0]:1")) }, start + "Via: SIP/2.0/UDP [2001:DB8::1]:5060;received=2001:db8::2\r\n\r\n"},
		{"IPv6, the same", start + "Via: SIP/2.0/UDP [2001:DB8::1]:5060\r\n\r\n", func(e *Edit) { e.SetReceived(netip.MustParseAddrPort("[2001:db8::1]:1")) }, start + "Via: SIP/2.0/UDP [2001:DB8::1]:5060\r\n\r\n"},
		{"v4 in v6", start + "Via: SIP/2.0/UDP 192.0.2.3\r\n\r\n", func(e *Edit) { e.SetReceived(netip.MustParseAddrPort("[::ffff:192.0.2.3]:1")) }, start + "Via: SIP/2.0/UDP 192.0.2.3\r\n\r\n"},
		{"set of the first field", start + "s: a\r\nSubject: b\r\nA: b\r\n\r\n", func(e *Edit) { e.Set(header.IDSubject, []byte("c")) }, start + "s: c\r\nA: b\r\n\r\n"},
		{"remove the first field", start + "s: a\r\nSubject: b\r\nA: b\r\n\r\n", func(e *Edit) { e.RemoveFirst(header.IDSubject) }, start + "Subject: b\r\nA: b\r\n\r\n"},
		{"remove from the first on", start + "s: a\r\nSubject: b\r\nA: b\r\n\r\n", func(e *Edit) { e.Remove(header.IDSubject) }, start + "A: b\r\n\r\n"},
		{"Max-Forwards first", start + "Max-Forwards: 1\r\nA: b\r\n\r\n", func(e *Edit) { e.DecrementMaxForwards() }, start + "Max-Forwards: 0\r\nA: b\r\n\r\n"},
		{"Content-Length first", start + "l: 0\r\nc: a/b\r\nA: b\r\n\r\n", func(e *Edit) { e.SetBody([]byte("c/d"), []byte("x")) }, start + "l: 1\r\nc: c/d\r\nA: b\r\n\r\nx"},
		{"Route first", start + "Route: <sip:a>\r\nA: b\r\n\r\n", func(e *Edit) { e.PopRoute() }, start + "A: b\r\n\r\n"},
		{"Via first", start + "Via: a, b\r\nA: b\r\n\r\n", func(e *Edit) { e.PushRoute([]byte("sip:c")); e.PopVia() }, start + "Via: b\r\nRoute: <sip:c>\r\nA: b\r\n\r\n"},
		{"credentials first", start + "Authorization: Digest realm=a\r\nA: b\r\n\r\n", func(e *Edit) { e.Authorize(header.IDAuthorization, []byte("Digest realm=a,b=c")) }, start + "Authorization: Digest realm=a,b=c\r\nA: b\r\n\r\n"},
		{"other credentials", start + "Authorization: Digest realm=a\r\nA: b\r\n\r\n", func(e *Edit) { e.Authorize(header.IDProxyAuthorization, []byte("Digest realm=a")) }, start + "Authorization: Digest realm=a\r\nA: b\r\nProxy-Authorization: Digest realm=a\r\n\r\n"},
		{"status line", "SIP/2.0 180 Ringing\r\nA: b\r\n\r\n", func(e *Edit) { e.SetStatusLine(183, nil) }, "SIP/2.0 183 Session Progress\r\nA: b\r\n\r\n"},
		{"least status", "SIP/2.0 180 Ringing\r\nA: b\r\n\r\n", func(e *Edit) { e.SetStatusLine(100, nil) }, "SIP/2.0 100 Trying\r\nA: b\r\n\r\n"},
		{"greatest status", "SIP/2.0 180 Ringing\r\nA: b\r\n\r\n", func(e *Edit) { e.SetStatusLine(699, nil) }, "SIP/2.0 699 \r\nA: b\r\n\r\n"},
		{"greatest CSeq", start + "CSeq: 1 A\r\n\r\n", func(e *Edit) { e.SetCSeq(1<<31-1, []byte("B")) }, start + "CSeq: 2147483647 B\r\n\r\n"},
		{"CSeq alone", start + "A: b\r\nCSeq: 1 A\r\n\r\n", func(e *Edit) { e.SetCSeq(0, nil); e.SetContentLength() }, start + "A: b\r\nCSeq: 0 A\r\nContent-Length: 0\r\n\r\n"},
		{"no phrase", "SIP/2.0 180\r\nA: b\r\n\r\n", func(e *Edit) { e.SetStatusLine(200, []byte("Grüße")) }, "SIP/2.0 200 Grüße\r\nA: b\r\n\r\n"},
		{"no branch", start + "Via: SIP/2.0/UDP a\r\n\r\n", func(e *Edit) { e.SetBranch([]byte("z9hG4bK1")) }, start + "Via: SIP/2.0/UDP a;branch=z9hG4bK1\r\n\r\n"},
		{"realms", start + "Authorization: Digest realm=\"a\", nonce=\"1\"\r\nAuthorization: Digest realm=\"b\"\r\nAuthorization: Digest Realm=a\r\n\r\n",
			func(e *Edit) { e.Authorize(header.IDAuthorization, []byte(`Digest realm="a", nonce="2"`)) },
			start + "Authorization: Digest realm=\"a\", nonce=\"2\"\r\nAuthorization: Digest realm=\"b\"\r\n\r\n"},
	} {
		if got := edited(t, c.in, c.change); got != c.want {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.want)
		}
	}
}

// TestEditErrors has the calls that must fail, each with its code; nothing is
// written after any of them.
func TestEditErrors(t *testing.T) {
	response := "SIP/2.0 200 OK\r\nVia: x y\r\nMax-Forwards: 0\r\n\r\n"
	for _, c := range []struct {
		name, in string
		code     sipwire.Code
		change   func(e *Edit) error
	}{
		{"set of what is removed", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.Remove(header.IDSubject); return e.Set(header.IDSubject, nil) }},
		{"removed twice", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.RemoveAt(4); return e.Remove(header.IDSubject) }},
		{"value removed twice", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.PopRoute(); return e.RemoveValue(header.IDRoute, 0) }},
		{"field of a removed value", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.PopRoute(); return e.RemoveFirst(header.IDRoute) }},
		{"value of a removed field", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.RemoveFirst(header.IDRoute); return e.RemoveValue(header.IDRoute, 1) }},
		{"last value behind a stamp", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.SetReceived(source); return e.PopVia() }},
		{"decremented twice", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.DecrementMaxForwards(); return e.SetMaxForwards(1) }},
		{"added and decremented", response, sipwire.ErrMaxForwards, func(e *Edit) error { return e.DecrementMaxForwards() }},
		{"added twice", "A b:c SIP/2.0\r\n\r\n", sipwire.ErrConflict, func(e *Edit) error { e.DecrementMaxForwards(); return e.DecrementMaxForwards() }},
		{"set and decremented", "A b:c SIP/2.0\r\n\r\n", sipwire.ErrConflict, func(e *Edit) error {
			e.Set(header.IDMaxForwards, []byte("1"))
			return e.DecrementMaxForwards()
		}},
		{"two Subjects", editMsg, sipwire.ErrHeaderTwice, func(e *Edit) error { return e.Add(Top(), header.IDSubject, nil) }},
		{"two Subjects by name", editMsg, sipwire.ErrHeaderTwice, func(e *Edit) error { return e.AddField(Top(), []byte("s"), nil) }},
		{"two new ones", editMsg, sipwire.ErrHeaderTwice, func(e *Edit) error {
			e.Add(Top(), header.IDExpires, nil)
			return e.Add(Bottom(), header.IDExpires, nil)
		}},
		{"Content-Length", editMsg, sipwire.ErrState, func(e *Edit) error { return e.Add(Top(), header.IDContentLength, []byte("9")) }},
		{"Content-Length by name", editMsg, sipwire.ErrState, func(e *Edit) error { return e.AddField(Top(), []byte("L"), []byte("9")) }},
		{"set Content-Length", editMsg, sipwire.ErrState, func(e *Edit) error { return e.Set(header.IDContentLength, []byte("9")) }},
		{"set Content-Length at", editMsg, sipwire.ErrState, func(e *Edit) error { return e.SetAt(12, []byte("9")) }},
		{"remove Content-Length", editMsg, sipwire.ErrState, func(e *Edit) error { return e.Remove(header.IDContentLength) }},
		{"remove Content-Length at", editMsg, sipwire.ErrState, func(e *Edit) error { return e.RemoveAt(12) }},
		{"remove its value", editMsg, sipwire.ErrState, func(e *Edit) error { return e.RemoveValue(header.IDContentLength, 0) }},
		{"two bodies", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.SetBody(nil, nil); return e.SetBody(nil, nil) }},
		{"body and its length", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.SetContentLength(); return e.SetBody(nil, nil) }},
		{"no ID", editMsg, sipwire.ErrState, func(e *Edit) error { return e.Add(Top(), header.IDOther, nil) }},
		{"no such ID", editMsg, sipwire.ErrState, func(e *Edit) error { return e.Add(Top(), 255, nil) }},
		{"no such place", editMsg, sipwire.ErrState, func(e *Edit) error { return e.AddField(After(13), []byte("A"), nil) }},
		{"negative place", editMsg, sipwire.ErrState, func(e *Edit) error { return e.AddField(Before(-1), []byte("A"), nil) }},
		{"place of 2^32", editMsg, sipwire.ErrState, func(e *Edit) error { return e.AddField(After(halfInt), []byte("A"), nil) }},
		{"place of 2^32+1", editMsg, sipwire.ErrState, func(e *Edit) error { return e.AddField(Before(halfInt+1), []byte("A"), nil) }},
		{"place of -2^32", editMsg, sipwire.ErrState, func(e *Edit) error { return e.AddField(Before(-halfInt), []byte("A"), nil) }},
		{"no such field", editMsg, sipwire.ErrState, func(e *Edit) error { return e.SetAt(13, nil) }},
		{"negative field", editMsg, sipwire.ErrState, func(e *Edit) error { return e.RemoveAt(-1) }},
		{"none to remove", editMsg, sipwire.ErrMissing, func(e *Edit) error { return e.RemoveFirst(header.IDExpires) }},
		{"no such value", editMsg, sipwire.ErrMissing, func(e *Edit) error { return e.RemoveValue(header.IDRoute, 4) }},
		{"negative value", editMsg, sipwire.ErrMissing, func(e *Edit) error { return e.RemoveValue(header.IDRoute, -1) }},
		{"Vias used up", editMsg, sipwire.ErrMissing, func(e *Edit) error { e.PopVia(); e.PopVia(); e.PopVia(); return e.PopVia() }},
		{"no Route", response, sipwire.ErrMissing, func(e *Edit) error { return e.PopRoute() }},
		{"hops used up", response, sipwire.ErrMaxForwards, func(e *Edit) error { return e.DecrementMaxForwards() }},
		{"hops no number", "A b:c SIP/2.0\r\nMax-Forwards: x\r\n\r\n", sipwire.ErrNumber, func(e *Edit) error { return e.DecrementMaxForwards() }},
		{"Request-URI of a response", response, sipwire.ErrState, func(e *Edit) error { return e.SetRequestURI([]byte("sip:a")) }},
		{"request line of a response", response, sipwire.ErrState, func(e *Edit) error { return e.SetRequestLine([]byte("A"), []byte("sip:a")) }},
		{"status of a request", editMsg, sipwire.ErrState, func(e *Edit) error { return e.SetStatusLine(200, nil) }},
		{"status 99", response, sipwire.ErrState, func(e *Edit) error { return e.SetStatusLine(99, nil) }},
		{"status 700", response, sipwire.ErrState, func(e *Edit) error { return e.SetStatusLine(700, nil) }},
		{"no source", editMsg, sipwire.ErrState, func(e *Edit) error { return e.SetReceived(netip.AddrPort{}) }},
		{"Via that is none", response, sipwire.ErrProtocol, func(e *Edit) error { return e.SetReceived(source) }},
		{"branch of it", response, sipwire.ErrProtocol, func(e *Edit) error { return e.SetBranch([]byte("z9hG4bK1")) }},
		{"CSeq twice", editMsg, sipwire.ErrConflict, func(e *Edit) error { e.SetCSeq(1, nil); return e.SetCSeq(2, nil) }},
		{"Request-URI twice", editMsg, sipwire.ErrConflict, func(e *Edit) error {
			e.SetRequestURI([]byte("sip:a"))
			return e.SetRequestURI([]byte("sip:a"))
		}},
		{"request line twice", editMsg, sipwire.ErrConflict, func(e *Edit) error {
			e.SetRequestLine([]byte("A"), []byte("sip:a"))
			return e.SetRequestLine([]byte("A"), []byte("sip:a"))
		}},
		{"CSeq too large", editMsg, sipwire.ErrRange, func(e *Edit) error { return e.SetCSeq(1<<31, nil) }},
		{"CSeq missing", response, sipwire.ErrMissing, func(e *Edit) error { return e.SetCSeq(1, nil) }},
		{"credentials in Subject", editMsg, sipwire.ErrState, func(e *Edit) error { return e.Authorize(header.IDSubject, []byte("Digest a=b")) }},
		{"credentials of a response", response, sipwire.ErrState, func(e *Edit) error { return e.Authorize(header.IDAuthorization, []byte("Digest a=b")) }},
		{"no credentials", editMsg, sipwire.ErrEmpty, func(e *Edit) error { return e.Authorize(header.IDAuthorization, nil) }},
	} {
		e := new(Edit)
		m := whole(t, c.in)
		if err := e.Begin(m); err != nil {
			t.Fatal(err)
		}
		err := c.change(e)
		if !errors.Is(err, c.code) {
			t.Errorf("%s: %v, want %v", c.name, err, c.code)
		}
		dst, werr := e.AppendTo([]byte("x"))
		segments, serr := e.AppendSegments(nil)
		if string(dst) != "x" || len(segments) != 0 || !errors.Is(werr, c.code) || !errors.Is(serr, c.code) || e.Size() != 0 || e.Err() == nil {
			t.Errorf("%s: wrote %q %q, %v %v", c.name, dst, segments, werr, serr)
		}
		if again := e.AddField(Top(), []byte("A"), nil); !errors.Is(again, c.code) {
			t.Errorf("%s: the next call says %v", c.name, again)
		}
		if err := e.Begin(m); err != nil || e.Err() != nil {
			t.Errorf("%s: begun again: %v %v", c.name, err, e.Err())
		}
	}
	e := new(Edit)
	if err := e.AddField(Top(), []byte("A"), nil); !errors.Is(err, sipwire.ErrState) {
		t.Errorf("before Begin: %v", err)
	}
	m := new(Message)
	if err := e.Begin(m); !errors.Is(err, sipwire.ErrNotParsed) {
		t.Errorf("empty message: %v", err)
	}
	_ = m.Parse([]byte("A b:c SIP/2.0\r\nX\r\n\r\n"))
	if err := e.Begin(m); !errors.Is(err, sipwire.ErrNotParsed) {
		t.Errorf("message with an error: %v", err)
	}
}

// TestApplyHop walks RFC 3261, 16.12.1.1 and 16.12.1.2: what each proxy makes
// of a request, loose and strict routers mixed.
func TestApplyHop(t *testing.T) {
	for _, c := range []struct{ name, self, in, out string }{
		{"16.12.1.1: P1 in the dialog", "p1.example.com",
			"BYE sip:callee@u2.domain.com SIP/2.0\r\nRoute: <sip:p1.example.com;lr>,<sip:p2.domain.com;lr>\r\n\r\n",
			"BYE sip:callee@u2.domain.com SIP/2.0\r\nRoute: <sip:p2.domain.com;lr>\r\n\r\n"},
		{"16.12.1.1: P2 in the dialog", "p2.domain.com",
			"BYE sip:callee@u2.domain.com SIP/2.0\r\nRoute: <sip:p2.domain.com;lr>\r\n\r\n",
			"BYE sip:callee@u2.domain.com SIP/2.0\r\n\r\n"},
		{"16.12.1.2: P4 in front of the strict P3", "p4.domain.com",
			"BYE sip:caller@u1.example.com SIP/2.0\r\nRoute: <sip:p4.domain.com;lr>\r\nRoute: <sip:p3.middle.com>\r\nRoute: <sip:p2.example.com;lr>\r\nRoute: <sip:p1.example.com;lr>\r\n\r\n",
			"BYE sip:p3.middle.com SIP/2.0\r\nRoute: <sip:p2.example.com;lr>\r\nRoute: <sip:p1.example.com;lr>\r\nRoute: <sip:caller@u1.example.com>\r\n\r\n"},
		{"16.12.1.2: P2 behind the strict P3", "p2.example.com",
			"BYE sip:p2.example.com;lr SIP/2.0\r\nRoute: <sip:p1.example.com;lr>\r\nRoute: <sip:caller@u1.example.com>\r\n\r\n",
			"BYE sip:caller@u1.example.com SIP/2.0\r\nRoute: <sip:p1.example.com;lr>\r\n\r\n"},
		{"16.12.1.2: P1", "p1.example.com",
			"BYE sip:caller@u1.example.com SIP/2.0\r\nRoute: <sip:p1.example.com;lr>\r\n\r\n",
			"BYE sip:caller@u1.example.com SIP/2.0\r\n\r\n"},
		{"strict before and behind", "p.example.com",
			"BYE sip:p.example.com;lr SIP/2.0\r\nRoute: <sip:q>, <sip:r;lr>\r\nRoute: <sip:x@y>\r\n\r\n",
			"BYE sip:q SIP/2.0\r\nRoute: <sip:r;lr>\r\nRoute: <sip:x@y>\r\n\r\n"},
		{"own Route in front of a strict one", "p.example.com",
			"BYE sip:x@y;method=BYE SIP/2.0\r\nRoute: <sip:p.example.com;lr>, <sip:q?a=b>, <sip:r;lr>\r\n\r\n",
			"BYE sip:q SIP/2.0\r\nRoute: <sip:r;lr>\r\nRoute: <sip:x@y;method=BYE>\r\n\r\n"},
		{"only the target in Route", "p.example.com",
			"BYE sip:p.example.com;lr SIP/2.0\r\nRoute: <sip:p.example.com;lr>, <sip:x@y>\r\nA: b\r\n\r\n",
			"BYE sip:x@y SIP/2.0\r\nA: b\r\n\r\n"},
	} {
		got := edited(t, c.in, func(e *Edit) {
			h, err := e.m.NextHop(func(u *uri.URI) bool { return string(u.Host()) == c.self })
			if err != nil {
				t.Fatal(err)
			}
			e.ApplyHop(&h)
		})
		if got != c.out {
			t.Errorf("%s:\ngot  %q\nwant %q", c.name, got, c.out)
		}
	}
}

// halfInt has its only bit in the upper half of an int: 2^32 where that has 64.
const halfInt = 1 << (strconv.IntSize / 2)
