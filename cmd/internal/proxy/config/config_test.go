package config

import (
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/header"
)

func load(t *testing.T, text string) (*File, error) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "proxy.toml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(t.Context(), name)
}

func TestLoad(t *testing.T) {
	f, err := load(t, `
listen = ["udp:127.0.0.1:5070", "tls:[::1]:5071"]
name = "p.example"
record-route = false
hardened = true
[tls]
certificate = "cert.pem"
key = "key.pem"
[[route]]
domain = "a.example"
user = "+49"
method = "INVITE"
source = "10.0.0.0/8"
by = "from"
targets = [{to = "tcp:127.0.0.1:5081", weight = 2.5}, {to = "[::1]:5082"}]
[[route]]
source = "192.0.2.1"
targets = [{to = "udp:192.0.2.2:5060"}]
`)
	if err != nil {
		t.Fatal(err)
	}
	if *f.RecordRoute || !f.Hardened || f.TLS.Key != "key.pem" || len(f.Rules) != 2 {
		t.Errorf("%+v", f)
	}
	r := f.Rules[0]
	if r.Domain != "a.example" || r.User != "+49" || r.Method != "INVITE" || r.Source != netip.MustParsePrefix("10.0.0.0/8") || r.By != hops.From {
		t.Errorf("%+v", r)
	}
	want := forward.Target{Transport: header.TransportTCP, Addr: netip.MustParseAddrPort("127.0.0.1:5081")}
	if r.Targets[0].Target != want || r.Targets[0].Weight != 2.5 || r.Targets[1].Weight != 1 || r.Targets[1].Transport != header.TransportOther {
		t.Errorf("%+v, %+v", r.Targets[0].Target, r.Targets[1].Target)
	}
	if f.Rules[1].Source != netip.MustParsePrefix("192.0.2.1/32") {
		t.Errorf("%v", f.Rules[1].Source)
	}
	locals, err := Locals(f.Listen, f.Name)
	if err != nil || len(locals) != 2 || locals[1] != (forward.Local{Transport: header.TransportTLS, Addr: netip.MustParseAddrPort("[::1]:5071"), Host: "p.example"}) {
		t.Errorf("%v, %v", locals, err)
	}
}

// TestLoadErrors: each error is one line that says where.
func TestLoadErrors(t *testing.T) {
	const route = "[[route]]\n"
	for _, c := range []struct{ text, want string }{
		{"listen = [\n\"a\"\n\"b\"]", "proxy.toml:3:1: "},
		{"a = 1\nb = = 2", "proxy.toml:2:5: "},
		{"\n  hardened = 5", "proxy.toml"},
		{"[tls]\nkeys = \"x\"", `the key "tls.keys" is not known`},
		{"listen = [\"udp:x:1\"]", `"x" is not an IP address`},
		{route, "route 1: no targets"},
		{route + "targets = [{to = \"127.0.0.1\"}]", `"127.0.0.1" is not [udp:|tcp:|tls:]host:port`},
		{route + "targets = [{to = \"127.0.0.1:0\"}]", "needs a port"},
		{route + "targets = [{to = \"127.0.0.1:1\", weight = -1.0}]", "is negative"},
		{route + "source = \"10.0.0.0/33\"", "neither an address nor a prefix"},
		{route + "by = \"luck\"", `by is "luck"`},
		{route + "targets = [{to = \"127.0.0.1:1\"}]\n" + route + "by = \"luck\"", "route 2: "},
	} {
		_, err := load(t, c.text)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}
