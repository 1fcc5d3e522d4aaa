package state

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// A torture is one section of RFC 4475 or RFC 5118 with what a proxy does with
// its message: testdata has one of our own for each. What is forwarded is
// checked byte by byte: see checkSent.
type torture struct {
	section, about string
	without        string // what the proxy without state does
	with           string // and that with transactions; the same when empty
	registrar      string // and with a registrar for the domain
}

const passed = "forwarded"

var tortures4475 = []torture{
	{section: "3.1.1.1", about: "a short tortuous INVITE: its Route leads to a name", without: "500 No Address For The Next Hop"},
	{section: "3.1.1.2", about: "wide range of valid characters", without: passed},
	{section: "3.1.1.3", about: "valid use of the % escape", without: passed},
	{section: "3.1.1.4", about: "escaped nulls in URIs", without: passed, registrar: "200 OK"},
	{section: "3.1.1.5", about: "use of % when it is not an escape: no REGISTER", without: passed, registrar: passed},
	{section: "3.1.1.6", about: "no whitespace between display name and <", without: passed},
	{section: "3.1.1.7", about: "long values in header fields", without: passed},
	{section: "3.1.1.8", about: "extra trailing octets in a datagram: not passed on", without: passed, registrar: "200 OK"},
	{section: "3.1.1.9", about: "semicolon-separated parameters in the user part", without: passed},
	{section: "3.1.1.10", about: "varied and unknown transport types", without: passed},
	{section: "3.1.1.11", about: "multipart MIME message", without: passed},
	{section: "3.1.1.12", about: "unusual reason phrase", without: "dropped: unresolved", with: passed},
	{section: "3.1.1.13", about: "empty reason phrase", without: "dropped: unresolved", with: "absorbed"},
	{section: "3.1.2.1", about: "extraneous separators in the Via: where an answer goes is not known", without: "dropped: malformed"},
	{section: "3.1.2.2", about: "Content-Length larger than the message", without: "400 Bad Content-Length"},
	{section: "3.1.2.3", about: "negative Content-Length", without: "400 Bad Content-Length"},
	{section: "3.1.2.4", about: "request scalar fields with overlarge values", without: "400 Bad CSeq", registrar: "400 Bad CSeq"},
	{section: "3.1.2.5", about: "response scalar fields with overlarge values", without: "dropped: unresolved", with: "dropped: no-transaction"},
	{section: "3.1.2.6", about: "unterminated quoted string in a display name", without: "400 Bad To"},
	{section: "3.1.2.7", about: "<> enclosing the Request-URI", without: "400 Bad Request-URI"},
	{section: "3.1.2.8", about: "LWS inside the Request-URI", without: "400 Bad Request-URI"},
	{section: "3.1.2.9", about: "multiple SP separating Request-Line elements", without: "400 Bad Request-URI"},
	{section: "3.1.2.10", about: "SP characters at the end of the Request-Line", without: "400 malformed start line"},
	{section: "3.1.2.11", about: "escaped headers in the Request-URI: not passed on", without: passed},
	{section: "3.1.2.12", about: "invalid time zone in Date, which a proxy does not use", without: passed},
	{section: "3.1.2.13", about: "failure to enclose name-addr URI in <>: for the registrar", without: passed, registrar: "400 Bad Contact"},
	{section: "3.1.2.14", about: "spaces within addr-spec", without: passed},
	{section: "3.1.2.15", about: "non-token characters in a display name", without: "400 Bad From"},
	{section: "3.1.2.16", about: "unknown protocol version", without: "505 Version Not Supported"},
	{section: "3.1.2.17", about: "start line and CSeq method mismatch", without: "400 CSeq Method Differs"},
	{section: "3.1.2.18", about: "unknown method with CSeq method mismatch", without: "400 CSeq Method Differs"},
	{section: "3.1.2.19", about: "overlarge response code", without: "dropped: malformed"},
	{section: "3.2.1", about: "missing transaction identifier", without: passed},
	{section: "3.3.1", about: "missing required header fields: an answer would lack them too", without: "dropped: malformed"},
	{section: "3.3.2", about: "Request-URI with unknown scheme", without: "416 Unsupported URI Scheme"},
	{section: "3.3.3", about: "Request-URI with known but atypical scheme", without: "416 Unsupported URI Scheme"},
	{section: "3.3.4", about: "unknown URI schemes in header fields", without: passed, registrar: "404 Not Found"},
	{section: "3.3.5", about: "Proxy-Require and Require", without: "420 Bad Extension"},
	{section: "3.3.6", about: "unknown Content-Type", without: passed},
	{section: "3.3.7", about: "unknown authorization scheme", without: passed, registrar: "200 OK"},
	{section: "3.3.8", about: "multiple values in single-value fields", without: "400 More Than One From"},
	{section: "3.3.9", about: "multiple Content-Length values", without: "400 Bad Content-Length"},
	{section: "3.3.10", about: "200 OK with broadcast Via header field value", without: passed, with: passed},
	{section: "3.3.11", about: "Max-Forwards of zero: OPTIONS may be answered", without: "200 OK"},
	{section: "3.3.12", about: "REGISTER with a Contact header parameter", without: passed, registrar: "200 OK"},
	{section: "3.3.13", about: "REGISTER with a URL parameter", without: passed, registrar: "200 OK"},
	{section: "3.3.14", about: "REGISTER with a URL escaped header", without: passed, registrar: "200 OK"},
	{section: "3.3.15", about: "unacceptable Accept offering", without: passed},
	{section: "3.4.1", about: "INVITE with RFC 2543 syntax", without: passed},
}

var tortures5118 = []torture{
	{section: "4.1", about: "valid message with an IPv6 reference", without: passed},
	{section: "4.2", about: "IPv6 address without brackets", without: "400 Bad Request-URI"},
	{section: "4.3", about: "port that is ambiguous, and part of the address", without: passed},
	{section: "4.4", about: "port that is not ambiguous", without: passed},
	{section: "4.5.1", about: "received with brackets", without: passed},
	{section: "4.5.2", about: "received without brackets", without: passed},
	{section: "4.6", about: "IPv6 addresses in SDP", without: passed},
	{section: "4.7", about: "several IP addresses in header fields", without: passed},
	{section: "4.8", about: "several IP addresses in SDP", without: passed},
	{section: "4.9", about: "IPv4-mapped IPv6 addresses", without: passed},
	{section: "4.10.1", about: "IPv6 reference with the ABNF's third colon", without: passed},
	{section: "4.10.2", about: "IPv6 reference with two colons", without: passed},
}

func TestTorture4475(t *testing.T) { torturous(t, "rfc4475", tortures4475) }
func TestTorture5118(t *testing.T) { torturous(t, "rfc5118", tortures5118) }

func torturous(t *testing.T, folder string, tests []torture) {
	dir := filepath.Join(testfiles.Root(t), "testdata", folder)
	files, err := filepath.Glob(filepath.Join(dir, "*.sip"))
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d files for %d sections: %v", len(files), len(tests), err)
	}
	withDomain := func(c *Config) {
		c.Registrar = registrar.New(registrar.Config{Domains: []string{"field.example"}})
	}
	for _, tt := range tests {
		t.Run(tt.section, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(dir, tt.section+".sip"))
			if err != nil {
				t.Fatal(err)
			}
			m := new(codec.Message)
			err = m.Parse(b)
			if got := stateless(t, tt.section, m, err, "alice").text; got != tt.without {
				t.Errorf("without state: %s, want %s: %s", got, tt.without, tt.about)
			}
			if tt.with == "" {
				tt.with = tt.without
			}
			if got := stateful(t, newWorld(t, nextHops{"alice"}, nil), tt.section, m, err, "alice").text; got != tt.with {
				t.Errorf("with transactions: %s, want %s: %s", got, tt.with, tt.about)
			}
			if tt.registrar == "" {
				return
			}
			if got := stateful(t, newWorld(t, nextHops{"alice"}, withDomain), tt.section, m, err, "alice").text; got != tt.registrar {
				t.Errorf("with a registrar: %s, want %s: %s", got, tt.registrar, tt.about)
			}
		})
	}
}
