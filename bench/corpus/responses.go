package corpus

import (
	"strconv"
	"strings"
)

// response starts a response with the header fields that RFC 3261, 8.2.6.2
// copies from its request. The topmost Via carries what the receiver of the
// request added.
func (g *gen) response(status, method, toTag string, vias int) *draft {
	d := g.draft("SIP/2.0 " + status)
	if vias > 1 && g.chance(12) {
		// One line with commas means the same as a line for each.
		all := make([]string, vias)
		for i := range all {
			all[i] = g.via(true)
		}
		d.add("Via", strings.Join(all, ", "))
	} else {
		for range vias {
			d.add("Via", g.via(true))
		}
	}
	return d.add("From", g.party(g.uri(), g.tag())).
		add("To", g.party(g.uri(), toTag)).
		add("Call-ID", g.callID()).
		add("CSeq", g.cseq(method))
}

func trying(g *gen) *draft {
	return g.response(g.pick("100 Trying", "100 trying -- your call is important to us", "100 Giving a try"), "INVITE", "", g.between(1, 3)).
		mostly(3, "Server", g.agent())
}

func ringing(g *gen) *draft {
	return g.response(g.pick("180 Ringing", "183 Session Progress"), "INVITE", g.tag(), g.between(1, 3)).
		routes("Record-Route", g.between(1, 2)).
		add("Contact", g.contact()).
		add("Require", "100rel").
		add("RSeq", strconv.Itoa(g.between(1, 900000))).
		mostly(3, "Allow", g.allow()).
		mostly(3, "Server", g.agent())
}

func okInvite(g *gen) *draft {
	return g.response("200 OK", "INVITE", g.tag(), 3).
		routes("Record-Route", g.between(1, 3)).
		add("Contact", g.contact()).
		mostly(3, "Allow", g.allow()).
		mostly(3, "Supported", g.supported()).
		mostly(3, "Server", g.agent()).
		maybe(3, "Session-Expires", g.sessionExpires).
		with("application/sdp", g.sdp("sendrecv"))
}

func challenge(g *gen) *draft {
	status, name := "401 Unauthorized", "WWW-Authenticate"
	if g.chance(2) {
		status, name = "407 Proxy Authentication Required", "Proxy-Authenticate"
	}
	d := g.response(status, g.pick("REGISTER", "INVITE", "SUBSCRIBE"), g.tag(), g.between(1, 2))
	value := `Digest realm="` + g.domain() + `", nonce="` + g.from(mixedDigits, g.between(16, 40)) + `"`
	if g.chance(2) {
		value += `, qop="auth", algorithm=` + g.pick("MD5", "SHA-256")
	}
	return d.add(name, value).mostly(3, "Server", g.agent())
}

func okRegister(g *gen) *draft {
	d := g.response("200 OK", "REGISTER", g.tag(), g.between(1, 2))
	for range g.between(1, 3) {
		d.add("Contact", g.contact()+";expires="+strconv.Itoa(g.between(1, 3600)))
	}
	return d.routes("Path", g.IntN(2)).
		maybe(2, "Date", g.date).
		maybe(3, "P-Associated-URI", func() string { return "<" + g.uri() + ">, <tel:" + g.number() + ">" }).
		mostly(3, "Server", g.agent())
}
