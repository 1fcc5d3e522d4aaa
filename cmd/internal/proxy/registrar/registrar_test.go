package registrar

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/uri"
)

var (
	began  = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	source = forward.Source{Addr: netip.MustParseAddrPort("192.0.2.1:40000")}
)

// desk is a Registrar and the time.
type desk struct {
	t   *testing.T
	r   *Registrar
	s   Session
	now time.Time
	n   int // CSeq
}

func newDesk(t *testing.T, c Config) *desk {
	c.Domains = append(c.Domains, "B.example")
	return &desk{t: t, r: New(c), now: began}
}

func message(t *testing.T, cseq int, more ...string) *codec.Message {
	t.Helper()
	lines := []string{"REGISTER sip:b.example SIP/2.0", "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa", "From: <sip:bob@b.example>;tag=1",
		"To: <sip:bob@b.example>", "Call-ID: c", fmt.Sprintf("CSeq: %d REGISTER", cseq), "Max-Forwards: 70"}
	for _, l := range more {
		name, _, _ := strings.Cut(l, ":")
		for i, old := range lines {
			if strings.HasPrefix(old, name+":") && (name == "To" || name == "Call-ID" || name == "CSeq" || name == "Via") {
				lines[i], l = l, ""
			}
		}
		if l != "" {
			lines = append(lines, l)
		}
	}
	m := new(codec.Message)
	if err := m.Parse([]byte(strings.Join(lines, "\r\n") + "\r\nContent-Length: 0\r\n\r\n")); err != nil {
		t.Fatal(err)
	}
	return m
}

// register registers over a transport and returns the status, and the fields
// of the answer in words.
func (d *desk) register(t header.Transport, more ...string) string {
	d.t.Helper()
	d.n++
	r := d.r.Register(&d.s, message(d.t, d.n, more...), t, source, d.now)
	return words(r)
}

func words(r *compose.Reply) string {
	s := fmt.Sprint(r.Status)
	for _, f := range r.Fields {
		s += " " + f.ID.String() + ": " + string(f.Value)
	}
	return s
}

// where returns where bob is reached.
func (d *desk) where() string {
	all, answer := d.r.Lookup(&d.s, uri.MustParse("sip:bob@B.EXAMPLE;x=y"), d.now)
	s := fmt.Sprint(answer)
	for _, b := range all {
		to := b.To.Addr.String()
		if b.IsNamed() {
			to = fmt.Sprintf("%s:%d", b.Name.Host, b.Name.Port)
		}
		s += fmt.Sprintf(" %s %s %v q=%d", b.URI, to, b.To.Flow.IsValid(), b.Q)
	}
	return s
}

// TestRegister is RFC 3261, 10.3, with RFC 3327 and 5626.
func TestRegister(t *testing.T) {
	const udp, tcp = header.TransportUDP, header.TransportTCP
	type step struct {
		more  []string
		over  header.Transport
		reply string
		where string
	}
	one := []string{"Contact: <sip:bob@192.0.2.9>"}
	flow := []string{`Contact: <sip:bob@192.0.2.9>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"}
	const twoVias = "Via: SIP/2.0/UDP 198.51.100.8;branch=z9hG4bKb, SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKa"
	for _, c := range []struct {
		name  string
		steps []step
	}{
		{"one contact", []step{{one, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"asked for", []step{{one, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{nil, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"nobody", []step{{nil, udp, "200", "1"}}},
		{"two, with q", []step{{[]string{"Contact: <sip:bob@192.0.2.9>;q=0.25;expires=90, <sip:bob@192.0.2.8:5070>", "Expires: 120"}, udp,
			"200 Contact: <sip:bob@192.0.2.9>;q=0.250;expires=90 Contact: <sip:bob@192.0.2.8:5070>;expires=120",
			"0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=250 sip:bob@192.0.2.8:5070 192.0.2.8:5070 false q=1000"}}},
		{"replaced: equal URIs", []step{{one, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{[]string{"Contact: <SIP:bob@192.0.2.9;a=b>;expires=61"}, udp, "200 Contact: <SIP:bob@192.0.2.9;a=b>;expires=61", "0 SIP:bob@192.0.2.9;a=b 192.0.2.9:5060 false q=1000"}}},
		{"removed", []step{{one, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{append([]string{"Expires: 0"}, one...), udp, "200", "1"}}},
		{"all removed", []step{{[]string{"Contact: <sip:1@192.0.2.9>, <sip:2@192.0.2.9>"}, udp, "200 Contact: <sip:1@192.0.2.9>;expires=3600 Contact: <sip:2@192.0.2.9>;expires=3600",
			"0 sip:1@192.0.2.9 192.0.2.9:5060 false q=1000 sip:2@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{[]string{"Contact: *", "Expires: 0"}, udp, "200", "1"}}},
		{"* with an Expires", []step{{[]string{"Contact: *", "Expires: 60"}, udp, "400", "1"}}},
		{"* without Expires", []step{{[]string{"Contact: *"}, udp, "400", "1"}}},
		{"* and another", []step{{[]string{"Contact: *, <sip:bob@192.0.2.9>", "Expires: 0"}, udp, "400", "1"}}},
		{"too brief", []step{{[]string{"Contact: <sip:bob@192.0.2.9>;expires=59"}, udp, "423 Min-Expires: 60", "1"}}},
		{"too long", []step{{[]string{"Contact: <sip:bob@192.0.2.9>;expires=4294967295"}, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=86400", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"an Expires that is malformed is an hour", []step{{append([]string{"Expires: x"}, one...), udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"all or nothing", []step{{[]string{"Contact: <sip:bob@192.0.2.9>, <sip:bob@192.0.2.8>;expires=1"}, udp, "423 Min-Expires: 60", "1"}}},
		{"CSeq out of order", []step{{append([]string{"CSeq: 9 REGISTER"}, one...), udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{append([]string{"CSeq: 9 REGISTER"}, "Contact: <sip:bob@192.0.2.9>;expires=0"), udp, "500", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{append([]string{"CSeq: 1 REGISTER", "Call-ID: after-a-restart"}, one...), udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"one contact twice: the later counts", []step{
			{[]string{"Contact: <sip:bob@192.0.2.9>;expires=90, <sip:bob@192.0.2.9>;expires=120"}, udp, "200 Contact: <sip:bob@192.0.2.9>;expires=120", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"},
			{[]string{"Contact: <sip:bob@192.0.2.9>, <sip:bob@192.0.2.9>;expires=0"}, udp, "200", "1"}}},
		{"a folded instance", []step{{[]string{"Contact: <sip:bob@192.0.2.9>;+sip.instance=\"<urn:uuid:1\r\n 2>\""}, udp, "400", "1"}}},
		{"a folded Path", []step{{append([]string{"Path: <sip:198.51.100.7;lr>;a=\"b\r\n c\""}, one...), udp, "400", "1"}}},
		{"another domain", []step{{append([]string{"To: <sip:bob@c.example>"}, one...), udp, "404", "1"}}},
		{"no user", []step{{append([]string{"To: <sip:b.example>"}, one...), udp, "404", "1"}}},
		{"Require", []step{{append([]string{"Require: foo, path"}, one...), udp, "420 Unsupported: foo", "1"}}},
		{"a multicast contact", []step{{[]string{"Contact: <sip:bob@239.1.2.3>"}, udp, "400", "1"}}},
		{"a broadcast contact", []step{{[]string{"Contact: <sip:bob@255.255.255.255>"}, udp, "400", "1"}}},
		{"an unspecified contact", []step{{[]string{"Contact: <sip:bob@0.0.0.0>"}, udp, "400", "1"}}},
		{"a contact by name", []step{{[]string{"Contact: <sip:bob@h.example>"}, udp, "200 Contact: <sip:bob@h.example>;expires=3600", "0 sip:bob@h.example h.example:0 false q=1000"}}},
		{"with port and transport", []step{{[]string{"Contact: <sip:bob@h.example:5070;transport=tcp>"}, udp, "200 Contact: <sip:bob@h.example:5070;transport=tcp>;expires=3600", "0 sip:bob@h.example:5070;transport=tcp h.example:5070 false q=1000"}}},
		{"a name of the registrar's own domain", []step{{[]string{"Contact: <sip:carol@b.example>"}, udp, "200 Contact: <sip:carol@b.example>;expires=3600", "0 sip:carol@b.example invalid AddrPort false q=1000"}}},
		{"headers are listed, and are not in the Request-URI (RFC 4475, 3.3.14)", []step{{[]string{"Contact: <sip:bob@192.0.2.9?Route=%3Csip:x%3E>"}, udp, "200 Contact: <sip:bob@192.0.2.9?Route=%3Csip:x%3E>;expires=3600", "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"the same over TCP: its connection", []step{{[]string{"Contact: <sip:bob@h.example>"}, tcp, "200 Contact: <sip:bob@h.example>;expires=3600", "0 sip:bob@h.example h.example:0 true q=1000"}}},
		{"of the own domain: its connection only", []step{{[]string{"Contact: <sip:carol@b.example>"}, tcp, "200 Contact: <sip:carol@b.example>;expires=3600", "0 sip:carol@b.example invalid AddrPort true q=1000"}}},
		{"over TCP: its connection, and else its address", []step{{[]string{"Contact: <sip:bob@192.0.2.9;transport=tcp>"}, tcp, "200 Contact: <sip:bob@192.0.2.9;transport=tcp>;expires=3600", "0 sip:bob@192.0.2.9;transport=tcp 192.0.2.9:5060 true q=1000"}}},
		{"outbound over TCP: its flow only", []step{{[]string{`Contact: <sip:bob@192.0.2.9;transport=tcp>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"}, tcp,
			`200 Contact: <sip:bob@192.0.2.9;transport=tcp>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=3600 Require: outbound`, "0 sip:bob@192.0.2.9;transport=tcp invalid AddrPort true q=1000"},
			{[]string{`Contact: <sip:bob@198.51.100.1;transport=tcp>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"}, tcp, // the same flow, from another place
				`200 Contact: <sip:bob@198.51.100.1;transport=tcp>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=3600 Require: outbound`, "0 sip:bob@198.51.100.1;transport=tcp invalid AddrPort true q=1000"}}},
		{"outbound over UDP: where it came from", []step{{[]string{`Contact: <sip:bob@192.168.0.9>;+sip.instance="<urn:uuid:1>";reg-id=1`, "Supported: outbound"}, udp,
			`200 Contact: <sip:bob@192.168.0.9>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=3600 Require: outbound`, "0 sip:bob@192.168.0.9 192.0.2.1:40000 false q=1000"}}},
		{"Path", []step{{append([]string{"Path: <sip:198.51.100.7;lr>, <sip:198.51.100.8>", "Supported: path"}, one...), udp,
			"200 Contact: <sip:bob@192.0.2.9>;expires=3600 Path: <sip:198.51.100.7;lr>, <sip:198.51.100.8>", "0 sip:bob@192.0.2.9 198.51.100.7:5060 false q=1000"}}},
		{"a Path to a name", []step{{append([]string{"Path: <sip:edge.example:5070;lr>"}, one...), udp, "200 Contact: <sip:bob@192.0.2.9>;expires=3600", "0 sip:bob@192.0.2.9 edge.example:5070 false q=1000"}}},
		{"outbound by a first hop that keeps no flow", []step{{append([]string{twoVias}, flow...), udp, "439", "1"}}},
		{"that has a Path, without ob", []step{{append([]string{twoVias, "Path: <sip:198.51.100.7;lr;ob>, <sip:198.51.100.8;lr>"}, flow...), udp, "439", "1"}}},
		{"of a client that does not know outbound", []step{{append([]string{twoVias, "Supported: path"}, flow[0]), udp,
			`200 Contact: <sip:bob@192.0.2.9>;+sip.instance="<urn:uuid:1>";expires=3600`, "0 sip:bob@192.0.2.9 192.0.2.9:5060 false q=1000"}}},
		{"by a first hop that does", []step{{append([]string{twoVias, "Path: <sip:198.51.100.7;lr>, <sip:t@198.51.100.8;lr;ob>"}, flow...), udp,
			`200 Contact: <sip:bob@192.0.2.9>;+sip.instance="<urn:uuid:1>";reg-id=1;expires=3600 Require: outbound`, "0 sip:bob@192.0.2.9 198.51.100.7:5060 false q=1000"}}},
		{"a Path to a strict router", []step{{append([]string{"Path: <sip:198.51.100.7>"}, one...), udp, "400", "1"}}},
		{"more contacts than allowed", []step{{[]string{"Contact: " + strings.Repeat("<sip:1@192.0.2.9>,", 10) + "<sip:2@192.0.2.9>"}, udp, "403", "1"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDesk(t, Config{})
			for i, s := range c.steps {
				if got := d.register(s.over, s.more...); got != s.reply {
					t.Errorf("step %d: %q, want %q", i+1, got, s.reply)
				}
				if got := d.where(); got != s.where {
					t.Errorf("step %d: reached at %q, want %q", i+1, got, s.where)
				}
			}
		})
	}
}

// TestExpiry: a binding that has run out is not found, and its room is given
// back.
func TestExpiry(t *testing.T) {
	d := newDesk(t, Config{MaxBindings: 2, MaxContacts: 5})
	to := func(user string) []string {
		return []string{"To: <sip:" + user + "@b.example>", "Contact: <sip:x@192.0.2.9>;expires=60"}
	}
	for _, c := range []struct{ user, want string }{{"bob", "200"}, {"carol", "200"}, {"dave", "503"}, {"bob", "200"}} {
		if got := d.register(header.TransportUDP, to(c.user)...); got[:3] != c.want {
			t.Errorf("%s: %s", c.user, got)
		}
	}
	d.now = d.now.Add(60 * time.Second)
	if got := d.where(); got != "1" {
		t.Errorf("reached at %s", got)
	}
	if got := d.register(header.TransportUDP, to("dave")...); got[:3] != "200" || d.r.Len() != 1 {
		t.Errorf("%s, %d bindings", got, d.r.Len())
	}
	d.now = d.now.Add(2 * time.Minute)
	if d.r.Sweep(d.now); d.r.Len() != 0 || len(d.r.byAOR) != 0 {
		t.Errorf("%d bindings are left", d.r.Len())
	}
}

// TestFull: a full registrar looks for what has run out once a second, not for
// each REGISTER.
func TestFull(t *testing.T) {
	d := newDesk(t, Config{MaxBindings: 1})
	register := func(user string) string {
		return d.register(header.TransportUDP, "To: <sip:"+user+"@b.example>", "Contact: <sip:x@192.0.2.9>;expires=60")[:3]
	}
	d.now = d.now.Add(time.Hour)
	if got := register("bob"); got != "200" {
		t.Fatal(got)
	}
	for _, c := range []struct {
		at   time.Duration
		want string
	}{{59500 * time.Millisecond, "503"}, {60400 * time.Millisecond, "503"}, {60500 * time.Millisecond, "200"}} {
		d.now = began.Add(time.Hour + c.at)
		if got := register("carol"); got != c.want {
			t.Errorf("after %v: %s, want %s", c.at, got, c.want)
		}
	}
}

// TestDigest: only who knows the password registers, and nobody for another
// one.
func TestDigest(t *testing.T) {
	h := md5.Sum([]byte("bob:b.example:secret"))
	file := "# users\n\nbob:b.example:" + hex.EncodeToString(h[:]) + "\ncarol:b.example:" + strings.Repeat("0", 32) + "\n"
	users, err := ReadUsers(strings.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, Config{Users: users, Key: [16]byte{1}})
	contact := "Contact: <sip:bob@192.0.2.9>"
	first := d.register(header.TransportUDP, contact)
	value, ok := strings.CutPrefix(first, "401 WWW-Authenticate: ")
	if !ok {
		t.Fatal(first)
	}
	var digester digest.Digester
	answer := func(user, password, target string, count uint32) string {
		var challenge auth.Challenge
		if _, err := challenge.Parse([]byte(value)); err != nil {
			t.Fatal(err)
		}
		b, err := digester.AppendCredentials([]byte("Authorization: "), &challenge, &digest.Answer{
			Secret: digest.Secret{Username: []byte(user), Password: []byte(password)}, Method: []byte("REGISTER"), URI: []byte(target), CNonce: []byte("0a4f113b"), NonceCount: count,
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	for i, c := range []struct {
		user, password, target, to, want string
	}{
		{"bob", "secret", "sip:b.example", "bob", "200"},
		{"bob", "wrong", "sip:b.example", "bob", "401"},
		{"eve", "secret", "sip:b.example", "bob", "401"},
		{"bob", "secret", "sip:b.example", "carol", "403"},
		{"bob", "secret", "sip:c.example", "bob", "401"},
	} {
		got := d.register(header.TransportUDP, contact, answer(c.user, c.password, c.target, uint32(i+1)), "To: <sip:"+c.to+"@b.example>")
		if got[:3] != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
	if got := d.register(header.TransportUDP, contact, answer("bob", "secret", "sip:b.example", 1)); !strings.Contains(got, "stale=true") {
		t.Errorf("the same count again: %s", got)
	}
	for user, want := range map[string]Answer{"bob": Found, "carol": Away, "dave": Unknown} {
		if _, got := d.r.Lookup(&d.s, uri.MustParse("sip:"+user+"@b.example"), d.now); got != want {
			t.Errorf("%s: %d, want %d", user, got, want)
		}
	}
}

func TestUsers(t *testing.T) {
	m, s := strings.Repeat("a", 32), hex.EncodeToString(new([sha256.Size]byte)[:])
	for _, c := range []struct{ file, want string }{
		{"", "no users"},
		{"bob:r", "line 1: not user:realm:HA1"},
		{"bob:r:" + m + "\nx:q:" + m, `line 2: realm "q", and "r" above`},
		{"bob:r:zz", "line 1: the HA1 is not hexadecimal"},
		{"bob:r:aa", "line 1: the HA1 has neither 32 nor 64 digits"},
		{"bob:r:" + m + "\nbob:r:" + m, `line 2: user "bob" is there twice`},
		{"a:r:" + m + "\nb:r:" + s, "some users have only MD5 and others only SHA-256"},
	} {
		if _, err := ReadUsers(strings.NewReader(c.file)); err == nil || err.Error() != c.want {
			t.Errorf("%q: %v, want %s", c.file, err, c.want)
		}
	}
	u, err := ReadUsers(strings.NewReader("a:r:" + m + "\na:r:" + s + "\nb:r:" + s))
	if err != nil || fmt.Sprint(u.offered) != fmt.Sprint([]digest.Algorithm{digest.SHA256}) {
		t.Errorf("%v, offered %v", err, u.offered)
	}
}

func TestAllocs(t *testing.T) {
	d := newDesk(t, Config{})
	d.register(header.TransportUDP, "Contact: <sip:bob@192.0.2.9>")
	u := uri.MustParse("sip:bob@b.example")
	if n := testing.AllocsPerRun(100, func() {
		if all, _ := d.r.Lookup(&d.s, u, d.now); len(all) != 1 || !d.r.Serves(u) {
			t.Error("not found")
		}
	}); n != 0 {
		t.Errorf("a lookup: %v allocations", n)
	}
}
