package corpus

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// gen draws the small parts that messages are made of.
type gen struct{ *rand.Rand }

// chance is true once in n draws.
func (g *gen) chance(n int) bool { return g.IntN(n) == 0 }

// between returns a number in lo..hi, both included.
func (g *gen) between(lo, hi int) int { return lo + g.IntN(hi-lo+1) }

// pick returns one of its arguments.
func (g *gen) pick(s ...string) string { return s[g.IntN(len(s))] }

const (
	lowerDigits = "abcdefghijklmnopqrstuvwxyz0123456789"
	mixedDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	hexDigits   = "0123456789abcdef"
	decDigits   = "0123456789"
)

func (g *gen) from(set string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[g.IntN(len(set))]
	}
	return string(b)
}

func (g *gen) hex(n int) string    { return g.from(hexDigits, n) }
func (g *gen) digits(n int) string { return g.from(decDigits, n) }

// tag has the shapes that user agents give their tags: hexadecimal, mixed
// case, decimal, or with a dash in the middle.
func (g *gen) tag() string {
	switch g.IntN(4) {
	case 0:
		return g.hex(g.between(8, 16))
	case 1:
		return g.from(mixedDigits, g.between(6, 14))
	case 2:
		return strconv.Itoa(g.between(1_000_000, 2_000_000_000))
	default:
		return g.from(lowerDigits, 8) + "-" + g.from(lowerDigits, g.between(2, 6))
	}
}

// branch starts with the magic cookie of RFC 3261, 8.1.1.7.
func (g *gen) branch() string {
	switch g.IntN(3) {
	case 0:
		return "z9hG4bK" + g.hex(g.between(8, 24))
	case 1:
		return "z9hG4bK-" + g.digits(5) + "-1-" + g.digits(g.between(1, 5))
	default:
		return "z9hG4bK" + g.from(mixedDigits, g.between(10, 20)) + "." + g.digits(1)
	}
}

func (g *gen) callID() string {
	switch g.IntN(4) {
	case 0:
		return g.hex(8) + "-" + g.hex(4) + "-" + g.hex(4) + "-" + g.hex(4) + "-" + g.hex(12)
	case 1:
		return g.hex(g.between(12, 32)) + "@" + g.host()
	case 2:
		return g.from(mixedDigits, g.between(10, 22))
	default:
		return strconv.Itoa(g.IntN(1<<31)) + "-" + g.digits(6) + "@" + g.address()
	}
}

// address is an IPv4 address of the documentation nets, or a private one as
// user agents behind a NAT write it.
func (g *gen) address() string {
	s := g.pick("192.0.2.", "198.51.100.", "203.0.113.", "10.20.")
	if s == "10.20." {
		s += strconv.Itoa(g.IntN(256)) + "."
	}
	return s + strconv.Itoa(g.between(1, 254))
}

func (g *gen) ipv6() string {
	return "[2001:db8:" + g.hexWord() + "::" + g.hexWord() + "]"
}

func (g *gen) hexWord() string { return strconv.FormatInt(int64(g.between(1, 0xffff)), 16) }

func (g *gen) domain() string {
	d := g.pick("example.com", "example.net", "example.org", "voip.example", "ims.mnc01.mcc001.example")
	if g.chance(2) {
		d = g.pick("sip", "pbx", "edge", "sbc", "home", "ims", "core") + "." + d
	}
	return d
}

// host is a name, an IPv4 address or, more seldom, an IPv6 reference.
func (g *gen) host() string {
	switch n := g.IntN(20); {
	case n < 10:
		return g.domain()
	case n < 12:
		return g.pick("p", "edge", "n") + strconv.Itoa(g.between(1, 99)) + "." + g.domain()
	case n < 19:
		return g.address()
	default:
		return g.ipv6()
	}
}

func (g *gen) port() string {
	if g.chance(3) {
		return ":" + strconv.Itoa(g.between(1024, 65535))
	}
	return g.pick("", ":5060", ":5060", ":5080", ":5062")
}

func (g *gen) number() string {
	return g.pick("+1", "+44", "+49", "0", "") + strconv.Itoa(g.between(2, 9)) + g.digits(g.between(5, 10))
}

var givenNames = []string{"alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan", "judy", "mallory", "niaj", "olivia", "peggy", "rupert", "sybil", "trent", "victor", "walter"}
var familyNames = []string{"Archer", "Baker", "Cooper", "Dyer", "Fletcher", "Glover", "Hunter", "Mason", "Potter", "Sawyer", "Tanner", "Turner", "Webster"}

func (g *gen) user() string {
	switch g.IntN(6) {
	case 0, 1:
		return g.number()
	case 2:
		return g.pick(givenNames...) + "." + strings.ToLower(g.pick(familyNames...))
	case 3:
		return g.pick(givenNames...) + g.digits(g.between(1, 4))
	case 4:
		if g.chance(4) {
			return g.pick(givenNames...) + "%2b" + g.digits(3)
		}
		return g.digits(g.between(3, 6))
	default:
		return g.pick(givenNames...)
	}
}

// uri is a SIP URI without header fields.
func (g *gen) uri() string {
	s := "sip:" + g.user() + "@" + g.host()
	if g.chance(4) {
		s += ":" + strconv.Itoa(g.between(1024, 65535))
	}
	return s
}

// contactURI is where a user agent is reached: an address, a port and often
// parameters.
func (g *gen) contactURI() string {
	host := g.address()
	if g.chance(12) {
		host = g.ipv6()
	}
	s := "sip:" + g.user() + "@" + host + g.port()
	if g.chance(2) {
		s += ";transport=" + g.pick("udp", "tcp", "tls", "UDP")
	}
	if g.chance(5) {
		s += ";ob"
	}
	return s
}

// display is a display name with the space that follows it, or nothing.
func (g *gen) display() string {
	given := g.pick(givenNames...)
	given = strings.ToUpper(given[:1]) + given[1:]
	switch g.IntN(6) {
	case 0, 1:
		return `"` + given + " " + g.pick(familyNames...) + `" `
	case 2:
		return given + " "
	case 3:
		return `"` + g.number() + `" `
	case 4:
		if g.chance(6) {
			return `"` + g.pick(familyNames...) + `, ` + given + ` \"` + g.digits(3) + `\" <desk>" `
		}
		return `"` + g.pick("Support", "Front Desk", "Meeting Room", "Lobby") + " " + g.digits(g.between(1, 3)) + `" `
	default:
		return ""
	}
}

// party is the value of From or To. An empty tag leaves the parameter out.
func (g *gen) party(uri, tag string) string {
	var s string
	if d := g.display(); d == "" && !strings.ContainsAny(uri, ";?,") && g.chance(3) {
		s = uri
	} else {
		s = d + "<" + uri + ">"
	}
	if tag != "" {
		s += ";tag=" + tag
	}
	return s
}

// via is one Via value as its sender wrote it; marked adds what the next hop
// added to it (RFC 3261, 18.2.1 and RFC 3581).
func (g *gen) via(marked bool) string {
	transport := g.pick("UDP", "UDP", "UDP", "TCP", "TLS")
	s := "SIP/2.0/" + transport + " " + g.host() + g.port()
	rport := g.chance(2)
	if rport && !marked {
		s += ";rport"
	}
	b := ";branch=" + g.branch()
	if marked {
		s += b
		if rport {
			s += ";received=" + g.address() + ";rport=" + strconv.Itoa(g.between(1024, 65535))
		}
		return s
	}
	s += b
	if g.chance(8) {
		s += ";alias"
	}
	return s
}

func (g *gen) cseq(method string) string {
	n := g.between(1, 200)
	if g.chance(4) {
		n = g.between(1000, 2_000_000_000)
	}
	return strconv.Itoa(n) + " " + method
}

func (g *gen) agent() string {
	version := fmt.Sprintf("%d.%d.%d", g.between(1, 20), g.IntN(20), g.IntN(100))
	name := g.pick("Northwind-Phone", "Acme PBX", "Contoso SIP", "Fabrikam-SBC", "Tailspin UA", "Litware/IMS")
	if i := strings.IndexByte(name, ' '); i >= 0 {
		return name[:i] + "/" + version + " (" + name[i+1:] + "; build " + g.digits(g.between(3, 5)) + ")"
	}
	if strings.Contains(name, "/") {
		return name + " " + version
	}
	return name + "/" + version
}

func (g *gen) date() string {
	day := g.between(1, 28)
	// 1 November 2026 is a Sunday.
	week := []string{"Sat", "Sun", "Mon", "Tue", "Wed", "Thu", "Fri"}[day%7]
	return fmt.Sprintf("%s, %02d Nov 2026 %02d:%02d:%02d GMT", week, day, g.IntN(24), g.IntN(60), g.IntN(60))
}
