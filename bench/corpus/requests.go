package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// request starts a request with the six header fields that RFC 3261, 8.1.1
// asks for. An empty toTag makes it a request outside a dialog.
func (g *gen) request(method, uri, toTag string, vias int) *draft {
	d := g.draft(method + " " + uri + " SIP/2.0")
	for i := range vias {
		d.add("Via", g.via(i > 0))
	}
	to := g.uri()
	if toTag == "" && g.chance(2) {
		// A call not yet redirected still goes to where it was addressed.
		if at := strings.IndexByte(uri, '@'); at >= 0 {
			user, rest := uri[:at], uri[at:]
			if end := strings.IndexByte(rest, ';'); end >= 0 {
				rest = rest[:end]
			}
			to = user + rest
		}
	}
	from := g.uri()
	if g.chance(25) {
		from = "sips:" + strings.TrimPrefix(from, "sip:")
	}
	return d.add("Max-Forwards", strconv.Itoa(71-vias-g.IntN(3))).
		add("From", g.party(from, g.tag())).
		add("To", g.party(to, toTag)).
		add("Call-ID", g.callID()).
		add("CSeq", g.cseq(method))
}

func (g *gen) contact() string {
	s := "<" + g.contactURI() + ">"
	if g.chance(4) {
		s += `;+sip.instance="<urn:uuid:` + g.hex(8) + "-" + g.hex(4) + "-" + g.hex(4) + "-" + g.hex(4) + "-" + g.hex(12) + `>"`
	}
	return s
}

// route is one entry of a route set of loose routers.
func (g *gen) route() string {
	s := "<sip:" + g.host() + g.port() + ";lr"
	if g.chance(3) {
		s += ";ftag=" + g.hex(8)
	}
	return s + ">"
}

// routes adds a route set of up to n entries, now and then on one line.
func (d *draft) routes(name string, n int) *draft {
	if n > 1 && d.g.chance(3) {
		all := make([]string, n)
		for i := range all {
			all[i] = d.g.route()
		}
		return d.add(name, strings.Join(all, ", "))
	}
	for range n {
		d.add(name, d.g.route())
	}
	return d
}

func (g *gen) allow() string {
	all := []string{"INVITE", "ACK", "CANCEL", "BYE", "OPTIONS", "PRACK", "UPDATE", "INFO", "NOTIFY", "SUBSCRIBE", "REFER", "MESSAGE"}
	return strings.Join(all[:g.between(5, len(all))], g.pick(", ", ", ", ","))
}

func (g *gen) supported() string {
	all := []string{"replaces", "timer", "100rel", "path", "outbound", "gruu", "norefersub"}
	g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return strings.Join(all[:g.between(1, 4)], g.pick(", ", ","))
}

func options(g *gen) *draft {
	return g.request("OPTIONS", g.uri(), "", g.between(1, 2)).
		add("Contact", g.contact()).
		mostly(4, "Accept", g.pick("application/sdp", "application/sdp, application/dtmf-relay", "*/*")).
		mostly(4, "Allow", g.allow()).
		mostly(4, "Supported", g.supported()).
		mostly(2, "User-Agent", g.agent())
}

func invite(g *gen) *draft {
	d := g.request("INVITE", g.uri(), "", g.between(1, 2)).
		add("Contact", g.contact()).
		mostly(4, "Allow", g.allow()).
		mostly(3, "Supported", g.supported()).
		mostly(3, "User-Agent", g.agent()).
		maybe(3, "Session-Expires", g.sessionExpires).
		maybe(4, "Subject", func() string { return g.text(g.between(8, 30)) }).
		maybe(4, "Date", g.date).
		maybe(3, "Proxy-Authorization", func() string { return g.credentials("INVITE") })
	return d.routes("Route", g.IntN(3)).with("application/sdp", g.sdp("sendrecv"))
}

func (g *gen) sessionExpires() string {
	return strconv.Itoa(g.between(90, 3600)) + g.pick("", ";refresher=uac", ";refresher=uas")
}

// inviteCarrier is an INVITE as it arrives over an interconnection: 25 header
// fields, most of them added on its way.
func inviteCarrier(g *gen) *draft {
	uri := "sip:" + g.number() + ";npdi@" + g.host() + ";user=phone"
	d := g.request("INVITE", uri, "", 3).
		routes("Record-Route", 2)
	if len(d.fields) == 9 {
		d.add("Priority", "normal") // the two routes shared a line
	}
	caller := g.number()
	return d.add("Contact", g.contact()).
		add("Allow", g.allow()).
		add("Supported", g.supported()).
		add("User-Agent", g.agent()).
		add("Session-Expires", g.sessionExpires()).
		add("Min-SE", strconv.Itoa(g.between(90, 900))).
		add("P-Asserted-Identity", "<sip:"+caller+"@"+g.domain()+";user=phone>, <tel:"+caller+">").
		add("P-Charging-Vector", `icid-value="`+g.hex(g.between(16, 32))+`";icid-generated-at=`+g.address()+";orig-ioi="+g.domain()).
		add("P-Access-Network-Info", g.pick("3GPP-E-UTRAN-FDD", "3GPP-NR-FDD", "3GPP-UTRAN-TDD")+";utran-cell-id-3gpp="+g.digits(g.between(10, 16))).
		add("Privacy", g.pick("none", "id", "header;id")).
		add("History-Info", "<sip:"+g.number()+"@"+g.domain()+">;index=1, <sip:"+g.number()+"@"+g.domain()+">;index=1.1;mp=1").
		add("Date", g.date()).
		add("X-Carrier-Trunk", g.from(lowerDigits, g.between(6, 24))).
		with("application/sdp", g.sdp("sendrecv"))
}

func reinviteHold(g *gen) *draft {
	return g.request("INVITE", g.contactURI(), g.tag(), g.between(1, 2)).
		routes("Route", g.between(1, 2)).
		add("Contact", g.contact()).
		mostly(3, "Allow", g.allow()).
		mostly(3, "Supported", "timer").
		maybe(3, "Session-Expires", g.sessionExpires).
		mostly(3, "User-Agent", g.agent()).
		with("application/sdp", g.sdp(g.pick("sendonly", "inactive")))
}

func ack(g *gen) *draft {
	return g.request("ACK", g.contactURI(), g.tag(), g.between(1, 2)).
		routes("Route", g.IntN(3)).
		maybe(2, "User-Agent", g.agent)
}

func bye(g *gen) *draft {
	return g.request("BYE", g.contactURI(), g.tag(), g.between(1, 2)).
		routes("Route", g.IntN(3)).
		mostly(3, "User-Agent", g.agent()).
		maybe(2, "Reason", func() string {
			return `Q.850;cause=` + strconv.Itoa(g.between(1, 127)) + `;text="` + g.text(g.between(8, 24)) + `"`
		}).
		maybe(4, "P-Asserted-Identity", func() string { return "<" + g.uri() + ">" })
}

// credentials is the answer to a Digest challenge (RFC 3261, 22.4).
func (g *gen) credentials(method string) string {
	user, realm := g.user(), g.domain()
	s := fmt.Sprintf(`Digest username="%s", realm="%s", nonce="%s", uri="sip:%s", response="%s"`,
		user, realm, g.from(mixedDigits, g.between(16, 40)), realm, g.hex(32))
	if g.chance(2) {
		s += fmt.Sprintf(`, cnonce="%s", nc=%08x, qop=auth, algorithm=%s`, g.hex(16), g.between(1, 40), g.pick("MD5", "SHA-256"))
	} else {
		s += ", algorithm=MD5"
	}
	return s
}

func register(g *gen) *draft {
	d := g.request("REGISTER", "sip:"+g.domain(), "", 1).
		add("Contact", g.contact()+";expires="+strconv.Itoa(g.between(0, 3600))).
		mostly(5, "Authorization", g.credentials("REGISTER")).
		mostly(3, "User-Agent", g.agent()).
		mostly(3, "Allow", g.allow()).
		mostly(3, "Supported", g.supported()).
		maybe(3, "Expires", func() string { return strconv.Itoa(g.between(60, 7200)) })
	return d.routes("Path", g.IntN(2))
}

func message(g *gen) *draft {
	return g.request("MESSAGE", g.uri(), "", g.between(1, 2)).
		maybe(2, "User-Agent", g.agent).
		maybe(3, "Date", g.date).
		with(g.pick("text/plain", "text/plain;charset=UTF-8"), g.text(g.between(10, 400)))
}

func subscribe(g *gen) *draft {
	event := g.pick("presence", "dialog", "message-summary", "reg")
	return g.request("SUBSCRIBE", g.uri(), g.pick("", g.tag()), g.between(1, 2)).
		add("Contact", g.contact()).
		add("Event", event).
		add("Expires", strconv.Itoa(g.between(0, 7200))).
		mostly(4, "Accept", "application/pidf+xml, application/dialog-info+xml").
		mostly(3, "User-Agent", g.agent()).
		maybe(2, "Allow-Events", func() string { return "presence, dialog, refer" })
}

func notify(g *gen) *draft {
	d := g.request("NOTIFY", g.contactURI(), g.tag(), g.between(1, 2)).
		routes("Route", g.IntN(2)).
		add("Contact", g.contact()).
		add("Subscription-State", g.pick("active;expires="+strconv.Itoa(g.between(1, 3600)), "terminated;reason=timeout", "pending")).
		maybe(2, "User-Agent", g.agent)
	if g.chance(2) {
		return d.add("Event", "presence").with("application/pidf+xml", g.pidf(g.uri()))
	}
	return d.add("Event", "dialog").with("application/dialog-info+xml", g.dialogInfo(g.uri()))
}

func refer(g *gen) *draft {
	return g.request("REFER", g.contactURI(), g.tag(), g.between(1, 2)).
		routes("Route", g.IntN(2)).
		add("Contact", g.contact()).
		add("Refer-To", "<"+g.uri()+g.pick("", "?Replaces="+g.hex(12)+"%40"+g.address()+"%3Bto-tag%3D"+g.hex(8)+"%3Bfrom-tag%3D"+g.hex(8))+">").
		mostly(3, "Referred-By", "<"+g.uri()+">").
		mostly(3, "User-Agent", g.agent()).
		maybe(2, "Supported", g.supported)
}

func compactForms(g *gen) *draft {
	d := [...]func(*gen) *draft{invite, register, bye, subscribe, refer, okInvite}[g.IntN(6)](g)
	return d.compact()
}

func foldedForms(g *gen) *draft {
	d := [...]func(*gen) *draft{invite, register, options, okInvite, challenge}[g.IntN(5)](g)
	return d.fold(6)
}
