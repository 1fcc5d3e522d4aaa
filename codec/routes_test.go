package codec

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

func uris(set []header.NameAddr) string {
	var s []string
	for i := range set {
		s = append(s, string(set[i].URIBytes()))
	}
	return strings.Join(s, " ")
}

// TestRouteSet builds both sides of the dialog of RFC 3261, 16.12.1.1, whose
// request went through two proxies.
func TestRouteSet(t *testing.T) {
	rr := "Record-Route: <sip:p2.domain.com;lr>,\r\n <sip:p1.example.com;lr>"
	invite := request(t, "INVITE sip:callee@u2.domain.com SIP/2.0", "Contact: sip:caller@u1.example.com", rr)
	ok := request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE", "Contact: <sip:callee@u2.domain.com>", rr)
	callee, err := invite.AppendRouteSet(nil, UAS)
	if err != nil || uris(callee) != "sip:p2.domain.com;lr sip:p1.example.com;lr" {
		t.Errorf("callee: %s %v", uris(callee), err)
	}
	caller, err := ok.AppendRouteSet(make([]header.NameAddr, 1, 9), UAC)
	if err != nil || uris(caller[1:]) != "sip:p1.example.com;lr sip:p2.domain.com;lr" || len(caller) != 3 {
		t.Errorf("caller: %s %v", uris(caller), err)
	}
	target, err := ok.RemoteTarget()
	if err != nil || string(target.Bytes()) != "sip:callee@u2.domain.com" {
		t.Errorf("target: %s %v", target.Bytes(), err)
	}
	r, err := Route(caller[1:], target)
	if err != nil || r.Strict || string(r.Destination.Bytes()) != "sip:p1.example.com;lr" ||
		string(r.RequestURI.Bytes()) != "sip:callee@u2.domain.com" || len(r.Routes) != 2 {
		t.Errorf("BYE: %+v %v", r, err)
	}
	for _, c := range []struct {
		line, rest string
		code       sipwire.Code
	}{
		{"Record-Route: <sip:a;lr>, <sip:b", "<sip:b", sipwire.ErrAngle},
		{"Record-Route: <sip:a;lr>, sip:b", "sip:b", sipwire.ErrNeedAngle},
		{"Record-Route: <sip:a;lr>\r\nRecord-Route: <sip:b>, <x>", ">\r\n", sipwire.ErrScheme},
	} {
		m := request(t, inviteBob, c.line)
		set, err := m.AppendRouteSet(nil, UAS)
		at(t, m, err, c.code, c.rest)
		if set != nil {
			t.Errorf("%s gives %s", c.line, uris(set))
		}
	}
}

// TestRouteStrict is the table of RFC 3261, 12.2.1.1.
func TestRouteStrict(t *testing.T) {
	target := uri.MustParse("sip:user@remoteua")
	set := func(list string) []header.NameAddr {
		if list == "" {
			return nil
		}
		r, err := request(t, inviteBob, "Record-Route: "+list).AppendRouteSet(nil, UAS)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for _, c := range []struct{ set, requestURI, next, routes string }{
		{"", "sip:user@remoteua", "sip:user@remoteua", ""},
		{"<sip:a;lr>,<sip:b>", "sip:user@remoteua", "sip:a;lr", "sip:a;lr sip:b"},
		{"<sip:proxy1>,<sip:proxy2>,<sip:proxy3;lr>,<sip:proxy4>", "sip:proxy1", "sip:proxy1",
			"sip:proxy2 sip:proxy3;lr sip:proxy4 sip:user@remoteua"},
		{"<sip:p;Method=INVITE;x?Route=%3Csip:z%3E>", "sip:p;x", "sip:p;Method=INVITE;x?Route=%3Csip:z%3E", "sip:user@remoteua"},
	} {
		r, err := Route(set(c.set), target)
		routes := uris(r.Routes)
		if r.Strict {
			routes = strings.TrimSpace(routes + " " + target.String())
		}
		if err != nil || string(AppendRequestURI(nil, &r.RequestURI)) != c.requestURI ||
			r.Destination.String() != c.next || routes != c.routes {
			t.Errorf("%s: Request-URI %s, next %s, Route %s, %v", c.set, AppendRequestURI(nil, &r.RequestURI), &r.Destination, routes, err)
		}
	}
	if _, err := Route(make([]header.NameAddr, 1), target); err == nil {
		t.Error("a route that is none")
	}
}

func TestAppendRequestURI(t *testing.T) {
	for in, want := range map[string]string{
		"sip:a@b":                       "sip:a@b",
		"sip:a:p@b:5;method=BYE":        "sip:a:p@b:5",
		"sip:a;x;m%65thod=BYE;y=1?h=v":  "sip:a;x;y=1",
		"sip:a?h=v":                     "sip:a",
		"sip:a;methods=1;%6d=x;meth":    "sip:a;methods=1;%6d=x;meth",
		"sip:a;METHOD;method=x;z=m":     "sip:a;z=m",
		"tel:+1;method=x":               "tel:+1;method=x",
		"sip:[::1]:5060;lr?a=b&c=d":     "sip:[::1]:5060;lr",
		"http://a.example/;method=x?y=": "http://a.example/;method=x?y=",
	} {
		u := uri.MustParse(in)
		if got := string(AppendRequestURI([]byte("x"), u)); got != "x"+want {
			t.Errorf("%s gives %s, want %s", in, got[1:], want)
		}
	}
}

// TestNextHop has the scenarios of RFC 3261, 16.12.1, among others.
func TestNextHop(t *testing.T) {
	p := "sip:p.example.com;lr"
	self := func(u *uri.URI) bool { return string(u.Host()) == "p.example.com" }
	for _, c := range []struct{ start, route, want string }{
		{"sip:a@b", "", "target sip:a@b next sip:a@b"},
		{"sip:a@b", "<" + p + ">", "target sip:a@b next sip:a@b first"},
		{"sip:a@b", "<" + p + ">, <sip:q;lr>", "target sip:a@b next sip:q;lr first routed"},
		{"sip:a@b", "<sip:q;lr>", "target sip:a@b next sip:q;lr routed"},
		{"sip:a@b", "<sip:q>, <sip:r;lr>", "target sip:a@b next sip:q routed strict"},
		{"sip:a@b", "<" + p + ">\r\nRoute: \"x, y\" <sip:q>", "target sip:a@b next sip:q first routed strict"},
		// A strict router sent it: the last Route is the target (16.12.1.2).
		{p, "<sip:a@b>", "target sip:a@b next sip:a@b last"},
		{p, "<sip:q;lr>, <sip:a@b>", "target sip:a@b next sip:q;lr last routed"},
		{p, "<" + p + ">, <sip:q;lr>, <sip:a@b>", "target sip:a@b next sip:q;lr last first routed"},
		{p, "<" + p + ">, <sip:a@b>", "target sip:a@b next sip:a@b last first"},
		// The proxy itself is asked, which is no strict routing.
		{"sip:p.example.com", "<" + p + ">", "target sip:p.example.com next sip:p.example.com first"},
		{p, "", "target " + p + " next " + p},
	} {
		lines := []string{}
		if c.route != "" {
			lines = append(lines, "Route: "+c.route)
		}
		h, err := request(t, "INVITE "+c.start+" SIP/2.0", lines...).NextHop(self)
		got := fmt.Sprintf("target %s next %s", h.Target.Bytes(), h.Next.Bytes())
		for _, f := range []struct {
			set  bool
			name string
		}{{h.DropLast, " last"}, {h.DropFirst, " first"}, {h.Routed, " routed"}, {h.Strict, " strict"}} {
			if f.set {
				got += f.name
			}
		}
		if err != nil || got != c.want {
			t.Errorf("%s, Route %s:\ngot  %s %v\nwant %s", c.start, c.route, got, err, c.want)
		}
	}
	for _, c := range []struct {
		start, route, rest string
		code               sipwire.Code
	}{
		{"sip:a@b", "<sip:q;lr>, , <sip:r>", ", <sip:r", sipwire.ErrList},
		{"sip:a@b", "sip:q;lr", "sip:q", sipwire.ErrNeedAngle},
		{"sip:a@b", "<" + p + ">, <q>", ">\r\n", sipwire.ErrScheme},
		{"sip:a@b", "<" + p + ">, sip:q", "sip:q", sipwire.ErrNeedAngle},
		{p, "<sip:q;lr>\r\nRoute: <sip:r>, <x>", ">\r\n", sipwire.ErrScheme},
	} {
		m := request(t, "INVITE "+c.start+" SIP/2.0", "Route: "+c.route)
		h, err := m.NextHop(self)
		at(t, m, err, c.code, c.rest)
		if h.Next.IsValid() {
			t.Errorf("%s: next %s beside an error", c.route, h.Next.Bytes())
		}
	}
	if _, err := request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE").NextHop(self); !errors.Is(err, sipwire.ErrMissing) {
		t.Errorf("the next hop of a response: %v", err)
	}
}

func TestRefreshesTarget(t *testing.T) {
	to, contact := "To: <sip:b>;tag=1", "Contact: <sip:c>"
	for _, c := range []struct {
		m    *Message
		want bool
	}{
		{request(t, inviteBob, contact), false},
		{request(t, inviteBob, to, contact), true},
		{request(t, inviteBob, to), false},
		{request(t, inviteBob, to, "Contact: *"), false},
		{request(t, "UPDATE sip:a SIP/2.0", to, contact), true},
		{request(t, byeBob, to, contact), false},
		{request(t, "SIP/2.0 200 OK", "CSeq: 1 INVITE", to, contact), true},
		{request(t, "SIP/2.0 486 Busy", "CSeq: 1 INVITE", to, contact), false},
		{request(t, "SIP/2.0 200 OK", "CSeq: 1 BYE", to, contact), false},
		{request(t, "SIP/2.0 200 OK", "CSeq: x", to, contact), false},
	} {
		if c.m.RefreshesTarget() != c.want {
			t.Errorf("%q: %v", c.m.Bytes(), !c.want)
		}
	}
}

func TestAppendTargets(t *testing.T) {
	m := request(t, "SIP/2.0 302 Moved", "CSeq: 1 INVITE",
		"Contact: <sip:a>;q=0.5, <sip:b>, <sip:c>;q=0.999", "Contact: <sip:x>, <sip:d, <sip:e>;q=0.5",
		"Contact: <sip:f>;q=1.0, <sip:g>;q=0, <sip:h>;q=x")
	want := "sip:b sip:x sip:f sip:h sip:c sip:a sip:g"
	for _, dst := range [][]header.Contact{nil, make([]header.Contact, 2)} {
		got, err := m.AppendTargets(dst)
		at(t, m, err, sipwire.ErrHost, ", <sip:e>")
		var s []string
		for i := range got[len(dst):] {
			s = append(s, string(got[len(dst)+i].URIBytes()))
		}
		if strings.Join(s, " ") != want {
			t.Errorf("%s, want %s", s, want)
		}
	}
	star := request(t, "SIP/2.0 302 Moved", "CSeq: 1 INVITE", "Contact: *")
	got, err := star.AppendTargets(nil)
	at(t, star, err, sipwire.ErrWildcard, "*")
	if got, err2 := request(t, "SIP/2.0 302 Moved", "CSeq: 1 INVITE").AppendTargets(nil); err2 != nil || got != nil {
		t.Errorf("%v %v without a Contact", got, err2)
	}
	if len(got) != 0 {
		t.Errorf("%d targets", len(got))
	}
}

// TestHopAlone checks that what ApplyHop leaves of the Route set is the one
// that the strict router's own rewrite leads back from (RFC 3261, 16.4).
func TestHopAlone(t *testing.T) {
	in := "BYE sip:x@y SIP/2.0\r\nRoute: <sip:strict>, <sip:p;lr>\r\n\r\n"
	hop := func(s, self string) string {
		return edited(t, s, func(e *Edit) {
			h, err := e.m.NextHop(func(u *uri.URI) bool { return string(u.Host()) == self })
			if err != nil {
				t.Fatal(err)
			}
			e.ApplyHop(&h)
		})
	}
	// strict takes the first Route as its Request-URI (RFC 2543).
	strict := strings.Replace(hop(in, "none"), "sip:strict SIP/2.0\r\nRoute: <sip:p;lr>\r\n", "sip:p;lr SIP/2.0\r\n", 1)
	if got := hop(strict, "p"); got != "BYE sip:x@y SIP/2.0\r\n\r\n" {
		t.Errorf("%q becomes %q", strict, got)
	}
}
