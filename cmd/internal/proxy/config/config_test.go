package config

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
)

func load(t *testing.T, text string) (*File, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "proxy.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(name)
}

// fakeDNS knows two servers for srv.example.
type fakeDNS struct{}

func (fakeDNS) Targets(_ context.Context, d codec.Destination) ([]resolve.Target, error) {
	if string(d.Host) != "srv.example" {
		return nil, errors.New("no such name")
	}
	at := func(s string, priority, weight uint16) resolve.Target {
		return resolve.Target{Transport: header.TransportUDP, Addr: netip.MustParseAddrPort(s), Name: "srv.example", Priority: priority, Weight: weight}
	}
	return []resolve.Target{at("192.0.2.1:5060", 0, 3), at("192.0.2.2:5060", 0, 1), at("192.0.2.3:5060", 1, 1)}, nil
}

func TestLoad(t *testing.T) {
	f, err := load(t, `
listen = ["udp:127.0.0.1:5070", "tls:[::1]:5071"]
name = "p.example"
key = "00112233445566778899aabbccddeeff"
record-route = false
hardened = true
max-datagram = 1400
[tls]
certificate = "cert.pem"
key = "key.pem"
[health]
interval = "2s"
passes = 3
[stateful]
on = true
recurse = true
tries = 2
timer-c = "200s"
max-transactions = 7
max-memory = 8
max-source = 9
[registrar]
on = true
domains = ["example.org"]
users = "users.txt"
[limit]
per-source = 100
exempt = ["10.0.0.0/8", "192.0.2.1"]
[[header]]
remove = ["X-A"]
[[header]]
in = "responses"
set = ["Server: p"]
add = ["X-B: 1"]
[[route]]
domain = "a.example"
user = "+49"
method = "INVITE"
source = "10.0.0.0/8"
by = "from"
targets = [{to = "tcp:127.0.0.1:5081", weight = 2.5}, {to = "[::1]:5082"}]
[[route]]
source = "192.0.2.1"
targets = [{to = "srv.example", weight = 8}]
`)
	if err != nil {
		t.Fatal(err)
	}
	if *f.RecordRoute || !f.Hardened || f.TLS.Key != "key.pem" || !f.Key.IsSet || f.Key.Key[1] != 0x11 || f.MaxDatagram.N != 1400 ||
		f.Health.Interval.Duration != 2*time.Second || f.Health.Passes.N != 3 || f.Health.Fails.N != 0 || len(f.Limit.Exempt) != 2 || !f.HasNames() {
		t.Errorf("%+v", f)
	}
	if got, want := fmt.Sprint(f.Stateful, f.Registrar), "{true true {2} 3m20s {7} {8} {9}} {true [example.org] users.txt}"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got, want := fmt.Sprint(f.HeaderRules()), fmt.Sprint([]forward.HeaderRule{{Requests: true, Responses: true, Remove: []string{"X-A"}},
		{Responses: true, Set: []string{"Server: p"}, Add: []string{"X-B: 1"}}}); got != want {
		t.Errorf("%v, want %v", got, want)
	}
	rules, err := f.Rules(t.Context(), fakeDNS{})
	if err != nil || len(rules) != 2 {
		t.Fatal(rules, err)
	}
	r := rules[0]
	if r.Domain != "a.example" || r.User != "+49" || r.Method != "INVITE" || r.Source != netip.MustParsePrefix("10.0.0.0/8") || r.By != hops.From {
		t.Errorf("%+v", r)
	}
	want := forward.Target{Transport: header.TransportTCP, Addr: netip.MustParseAddrPort("127.0.0.1:5081")}
	if r.Targets[0].Target != want || r.Targets[0].Weight != 2.5 || r.Targets[1].Weight != 1 || r.Targets[1].Transport != header.TransportOther {
		t.Errorf("%+v, %+v", r.Targets[0].Target, r.Targets[1].Target)
	}
	// A name has the weight of its target shared out as SRV records say.
	named := rules[1].Targets
	if rules[1].Source != netip.MustParsePrefix("192.0.2.1/32") || len(named) != 3 || named[0].Weight < 5.8 || named[0].Weight > 6 ||
		named[2].Priority != 1 || named[2].Weight != 8 || named[0].Name != "srv.example" || named[0].Label == named[1].Label {
		t.Errorf("%+v", rules[1])
	}
	locals, err := Locals(f.Addresses(), f.Name)
	if err != nil || len(locals) != 2 || locals[1] != (forward.Local{Transport: header.TransportTLS, Addr: netip.MustParseAddrPort("[::1]:5071"), Host: "p.example"}) {
		t.Errorf("%v, %v", locals, err)
	}
}

// TestLoadErrors: each error is one line that says where.
func TestLoadErrors(t *testing.T) {
	const route, good = "[[route]]\n", "targets = [{to = \"127.0.0.1:1\"}]\n"
	for _, c := range []struct{ text, want string }{
		{"listen = [\n\"a\"\n\"b\"]", "proxy.toml:3:1: "},
		{"a = 1\nb = = 2", "proxy.toml:2:5: "},
		{"\n  hardened = 5", "proxy.toml:2:14: "},
		{"[tls]\nkeys = \"x\"", `proxy.toml:2:1: the key "tls.keys" is not known`},
		{"listen = [\"udp:x:1\"]", `proxy.toml:1:11: "udp:x:1": "x" is not an IP address`},
		{"key = \"12\"", "proxy.toml:1:7: the key is not 32 hexadecimal digits"},
		{"workers = -1", "proxy.toml:1:11: -1 is not a whole number above 0"},
		{"[health]\ntimeout = \"-1s\"", "proxy.toml:2:11: "},
		{good[:0] + route, "proxy.toml:1:1: route 1 has no targets"},
		{route + good + " " + route + "domain = \"x\"", "proxy.toml:3:2: route 2 has no targets"},
		{route + "targets = [{to = \"127.0.0.1\"}]", `proxy.toml:2:18: "127.0.0.1" is not [udp:|tcp:|tls:]host:port`},
		{route + "targets = [{to = \"127.0.0.1:0\"}]", "needs a port"},
		{route + "targets = [{to = \"a b\"}]", "is not [udp:|tcp:|tls:]host:port"},
		{route + "targets = [{to = \"a b:1\"}]", "is neither an IP address nor a name"},
		{route + "targets = [{to = \"127.0.0.1:1\", weight = -1.0}]", "proxy.toml:2:42: -1.0 is not a weight"},
		{route + good + "source = \"10.0.0.0/33\"", "proxy.toml:3:10: \"10.0.0.0/33\" is neither an address nor a prefix"},
		{route + good + "by = \"luck\"", `proxy.toml:3:6: by is "luck"`},
		{route + good + route + good + "by = \"luck\"", "proxy.toml:5:6: "},
		{"[[header]]\nremove = [\"X-A\", \"Via\"]", "proxy.toml:2:18: "},
		{"[[header]]\nadd = [\"X-A\"]", "proxy.toml:2:8: "},
		{"[[header]]\nin = \"both\"", "proxy.toml:2:6: in is neither requests nor responses"},
		{"\n[[header]]\nset = [\"X-A: 1\", \"x-a: 2\"]", "proxy.toml:2:1: x-a is removed or set twice"},
	} {
		_, err := load(t, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q:\n %v\nwant %q", c.text, err, c.want)
		}
	}
	if _, err := Load(t.TempDir() + "/none"); err == nil || !strings.HasSuffix(err.Error(), "/none: no such file or directory") {
		t.Error(err)
	}
	f, err := load(t, route+"targets = [{to = \"none.example\"}]")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Rules(t.Context(), fakeDNS{}); err == nil || err.Error() != `route 1: "none.example": no address for "none.example"` {
		t.Error(err)
	}
}
