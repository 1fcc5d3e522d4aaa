package lenient

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// FuzzFind asks that what is found is in the value, and that a value of which
// nothing is found has none of the bytes that only a leniency lets in.
func FuzzFind(f *testing.F) {
	f.Add([]byte("Zoë <sip:z@h>;a=;"))
	f.Add([]byte("SIP/2.0/UDP a_b;x=[::1%1]"))
	f.Add([]byte("a/b/c (d)"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for id := header.ID(1); id.String() != ""; id++ {
			Value(id, b, func(l Leniency, i int) {
				if i < 0 || i > len(b) || l.Code() == 0 {
					t.Fatalf("%v: %q: %s at %d", id, b, l.Name(), i)
				}
			})
		}
		lo, hi := AddrURI(b)
		if lo > hi || hi > len(b) {
			t.Fatalf("%q: the URI is at %d:%d", b, lo, hi)
		}
		URI(b, func(l Leniency, i int) {
			if i < 0 || i > len(b) {
				t.Fatalf("%q: %s at %d", b, l.Name(), i)
			}
		})
		var v header.NameAddr
		if _, err := v.Parse(b); err == nil {
			lo, hi := AddrURI(b)
			if string(b[lo:hi]) != string(v.URIBytes()) {
				t.Fatalf("%q: the URI is %q, %q was found", b, v.URIBytes(), b[lo:hi])
			}
			if _, code := First(header.IDFrom, b); code == 0 && len(v.Display()) > 0 && v.Display()[0] != '"' {
				for _, c := range v.Display() {
					if !abnf.Is(c, abnf.Token|abnf.WSP) && c != '\r' && c != '\n' {
						t.Fatalf("%q: nothing found, and %q in the display name", b, c)
					}
				}
			}
		}
		if u, err := uri.Parse(b); err == nil && u.IsSIP() {
			if _, code := FirstOfURI(b); code == 0 && (strings.ContainsAny(string(u.Host()), "_%") || b[len(b)-1] == ';') {
				t.Fatalf("%q: nothing found", b)
			}
		}
	})
}
