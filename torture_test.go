package sipwire_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A torture is one section of RFC 4475 or RFC 5118, tried with a message of
// our own in testdata.
type torture struct {
	section string
	about   string
	parse   string   // name of the code that the index gives, "" when it parses
	bad     []string // header fields that header.Check refuses, in order
	ruri    string   // name of the code that the Request-URI gives
	facts   []string // key=value, as facts below names them
}

var tortures4475 = []torture{
	{"3.1.1.1", "a short tortuous INVITE", "", nil, "", []string{
		"method=INVITE", "ruri_host=field.example", "to_tag=88ab", "from_tag=5c", "via_count=3", "top_via_host=192.0.2.61",
		"top_via_branch=370skdfj", "contact_count=1", "contact_port=5070", "Max-Forwards=0052", "Subject=", "duplicate=-1"}},
	{"3.1.1.2", "wide range of valid characters", "", nil, "", []string{
		"method=!odd-Method9_*+`.%real'~", "ruri_user=7_odd.User~(it's!so)&there+or$else?,/;;*", "ruri_host=lab.example",
		"from_tag=_t~9'+`*%!-.", "top_via_branch=z9hG4bK-.!%66*_+`'~"}},
	{"3.1.1.3", "valid use of the % escape", "", nil, "", []string{
		"ruri_user=sips%3Alena%40lab.example", "to_user=%6fmar", "contact_port=5061"}},
	{"3.1.1.4", "escaped nulls in URIs", "", nil, "", []string{"to_user=nul-%00-nul", "contact_count=2", "from_tag=83"}},
	{"3.1.1.5", "use of % when it is not an escape", "", nil, "", []string{"method=RE%47IST%45R", "to_display=%Z%45", "contact_count=3"}},
	{"3.1.1.6", "no whitespace between display name and <", "", nil, "", []string{"from_display=lena", "from_tag=323"}},
	{"3.1.1.7", "long values in header fields", "", nil, "", []string{"via_count=34", "to_port=6000", "contact_count=1"}},
	{"3.1.1.8", "extra trailing octets in a datagram", "", nil, "", []string{"method=REGISTER", "body=0", "trailing=64"}},
	{"3.1.1.9", "semicolon-separated parameters in the user part", "", nil, "", []string{"ruri_user=user;par=u%40lab.example", "ruri_host=field.example"}},
	{"3.1.1.10", "varied and unknown transport types", "", nil, "", []string{"via_count=5"}},
	{"3.1.1.11", "multipart MIME message", "", nil, "", []string{"body=400", "trailing=0"}},
	{"3.1.1.12", "unusual reason phrase", "", nil, "", []string{"status=200", "reason== 2**3 * 5**2 йел да"}},
	{"3.1.1.13", "empty reason phrase", "", nil, "", []string{"status=100", "reason="}},
	{"3.1.2.1", "extraneous header field separators", "", []string{"Via", "Contact"}, "", nil},
	{"3.1.2.2", "Content-Length larger than the message", "body-short", nil, "", []string{"length=9898"}},
	{"3.1.2.3", "negative Content-Length", "content-length", []string{"Content-Length"}, "", nil},
	{"3.1.2.4", "request scalar fields with overlarge values", "", []string{"Max-Forwards", "CSeq"}, "", []string{"Expires=1" + strings.Repeat("0", 100)}},
	{"3.1.2.5", "response scalar fields with overlarge values", "", []string{"CSeq", "Warning"}, "", []string{"status=503"}},
	{"3.1.2.6", "unterminated quoted string in a display name", "", []string{"To"}, "", nil},
	{"3.1.2.7", "<> enclosing the Request-URI", "request-uri", nil, "empty", nil},
	{"3.1.2.8", "LWS inside the Request-URI", "request-uri", nil, "empty", nil},
	{"3.1.2.9", "multiple SP separating Request-Line elements", "request-uri", nil, "empty", nil},
	{"3.1.2.10", "SP characters at the end of the Request-Line", "start-line", nil, "empty", nil},
	{"3.1.2.11", "escaped headers in the Request-URI", "", nil, "", []string{"ruri_headers=Route=%3Csip:lab.example%3E"}},
	{"3.1.2.12", "invalid time zone in Date", "", []string{"Date"}, "", nil},
	{"3.1.2.13", "failure to enclose name-addr URI in <>", "", []string{"Contact"}, "", nil},
	{"3.1.2.14", "spaces within addr-spec", "", []string{"To"}, "", nil},
	{"3.1.2.15", "non-token characters in a display name", "", []string{"From", "To"}, "", nil},
	{"3.1.2.16", "unknown protocol version", "version", nil, "", []string{"method=OPTIONS", "version=SIP/9.1"}},
	{"3.1.2.17", "start line and CSeq method mismatch", "", nil, "", []string{"method=OPTIONS", "CSeq=8 INVITE"}},
	{"3.1.2.18", "unknown method with CSeq method mismatch", "", nil, "", []string{"method=NEWMETHOD", "CSeq=8 INVITE"}},
	{"3.1.2.19", "overlarge response code", "status", nil, "empty", []string{"status=0"}},
	{"3.2.1", "missing transaction identifier", "", nil, "", []string{"top_via_branch=z9hG4bK"}},
	{"3.3.1", "missing required header fields", "", nil, "", []string{"has=Via,Max-Forwards,CSeq,Contact,Content-Type,Content-Length"}},
	{"3.3.2", "Request-URI with unknown scheme", "", nil, "", []string{"ruri_scheme=nobodyKnowsThisScheme"}},
	{"3.3.3", "Request-URI with known but atypical scheme", "", nil, "", []string{"ruri_scheme=soap.beep"}},
	{"3.3.4", "unknown URI schemes in header fields", "", nil, "", []string{"to_uri=isbn:2983792873", "from_tag=3"}},
	{"3.3.5", "Proxy-Require and Require", "", nil, "", []string{"require_count=2", "proxy_require_count=2"}},
	{"3.3.6", "unknown Content-Type", "", nil, "", []string{"Content-Type=application/unknownformat", "body=40"}},
	{"3.3.7", "unknown authorization scheme", "", nil, "", []string{"Authorization=NoOneKnowsThisScheme opaque-data=here"}},
	{"3.3.8", "multiple values in single-value fields", "", nil, "", []string{"duplicate=6", "Call-ID=c-1@lab.example", "CSeq=7 INVITE"}},
	{"3.3.9", "multiple Content-Length values", "content-length-conflict", nil, "", nil},
	{"3.3.10", "200 OK with broadcast Via header field value", "", nil, "", []string{"via_count=2", "top_via_host=192.0.2.198"}},
	{"3.3.11", "Max-Forwards of zero", "", nil, "", []string{"Max-Forwards=0"}},
	{"3.3.12", "REGISTER with a Contact header parameter", "", nil, "", []string{"contact_params=;unknownparam", "contact_uri=sip:+19725552222@gw1.field.example"}},
	{"3.3.13", "REGISTER with a URL parameter", "", nil, "", []string{"contact_params=", "contact_uri=sip:+19725552222@gw1.field.example;unknownparam"}},
	{"3.3.14", "REGISTER with a URL escaped header", "", nil, "", []string{"contact_uri=sip:lena@lab.example?Route=%3Csip:relay.lab.example%3E"}},
	{"3.3.15", "unacceptable Accept offering", "", nil, "", []string{"Accept=text/nobodyKnowsThis"}},
	{"3.4.1", "INVITE with RFC 2543 syntax", "", nil, "", []string{"top_via_branch=", "length=-1", "from_tag=", "body=93"}},
}

var tortures5118 = []torture{
	{"4.1", "valid message with an IPv6 reference", "", nil, "", []string{"ruri_host=[2001:db8::70]", "ruri_port=", "top_via_host=[2001:db8::79:1]"}},
	{"4.2", "IPv6 address without brackets", "", nil, "port", nil},
	{"4.3", "port that is ambiguous, and part of the address", "", nil, "", []string{"ruri_host=[2001:db8::70:5070]", "ruri_port="}},
	{"4.4", "port that is not ambiguous", "", nil, "", []string{"ruri_host=[2001:db8::70]", "ruri_port=5070"}},
	{"4.5.1", "received with brackets", "", nil, "", []string{"top_via_received=[2001:db8::79:255]"}},
	{"4.5.2", "received without brackets", "", nil, "", []string{"top_via_received=2001:db8::79:255"}},
	{"4.6", "IPv6 addresses in SDP", "", nil, "", []string{"top_via_host=[2001:db8::71]"}},
	{"4.7", "several IP addresses in header fields", "", nil, "", []string{"via_count=3", "top_via_port=6050"}},
	{"4.8", "several IP addresses in SDP", "", nil, "", []string{"contact_uri=sip:lena@[2001:db8::71]"}},
	{"4.9", "IPv4-mapped IPv6 addresses", "", nil, "", []string{"top_via_host=[::ffff:192.0.2.10]", "contact_port=19823"}},
	{"4.10.1", "IPv6 reference with the ABNF's third colon", "", nil, "", []string{"ruri_host=[2001:db8:::192.0.2.1]"}},
	{"4.10.2", "IPv6 reference with two colons", "", nil, "", []string{"ruri_host=[2001:db8::192.0.2.1]"}},
}

func TestTorture4475(t *testing.T) { torturous(t, "rfc4475", tortures4475) }
func TestTorture5118(t *testing.T) { torturous(t, "rfc5118", tortures5118) }

func torturous(t *testing.T, folder string, tests []torture) {
	files, err := filepath.Glob(filepath.Join("testdata", folder, "*.sip"))
	if err != nil || len(files) != len(tests) {
		t.Fatalf("%d files for %d sections: %v", len(files), len(tests), err)
	}
	for _, tt := range tests {
		t.Run(tt.section, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join("testdata", folder, tt.section+".sip"))
			if err != nil {
				t.Fatal(err)
			}
			m := new(codec.Message)
			got := ""
			if code, ok := m.Parse(b).(sipwire.Code); ok {
				got = code.Name()
			}
			if got != tt.parse {
				t.Errorf("%s: parse gives %q, want %q", tt.about, got, tt.parse)
			}
			var bad []string
			for _, f := range m.Fields() {
				if _, err := f.ID.Check(f.Value); err != nil {
					bad = append(bad, f.ID.String())
				}
			}
			if !slices.Equal(bad, tt.bad) {
				t.Errorf("%s: malformed are %q, want %q", tt.about, bad, tt.bad)
			}
			ruri := ""
			if _, err := uri.Parse(m.RequestURIBytes()); err != nil && m.Status() == 0 {
				ruri = err.(sipwire.Code).Name()
			}
			if ruri != tt.ruri {
				t.Errorf("%s: Request-URI gives %q, want %q", tt.about, ruri, tt.ruri)
			}
			all := facts(m)
			for _, want := range tt.facts {
				key, value, _ := strings.Cut(want, "=")
				if all[key] != value {
					t.Errorf("%s: %s is %q, want %q", tt.about, key, all[key], value)
				}
			}
		})
	}
}

// facts reads what elements act on out of a message.
func facts(m *codec.Message) map[string]string {
	out := map[string]string{
		"method": string(m.MethodBytes()), "status": strconv.Itoa(m.Status()), "reason": string(m.Reason()),
		"version": string(m.Version()), "body": strconv.Itoa(len(m.Body())), "trailing": strconv.Itoa(len(m.Trailing())),
		"duplicate": strconv.Itoa(m.Duplicate()), "length": "-1",
	}
	if n, ok := m.ContentLength(); ok {
		out["length"] = strconv.Itoa(n)
	}
	var has []string
	for _, f := range m.Fields() {
		has = append(has, f.ID.String())
		if _, ok := out[f.ID.String()]; !ok {
			out[f.ID.String()] = string(f.AppendValue(nil))
		}
	}
	out["has"] = strings.Join(has, ",")
	for key, id := range map[string]header.ID{
		"via_count": header.IDVia, "contact_count": header.IDContact,
		"require_count": header.IDRequire, "proxy_require_count": header.IDProxyRequire,
	} {
		out[key] = strconv.Itoa(m.CountValues(id))
	}
	uriFacts(out, "ruri", m.RequestURIBytes())
	var via header.Via
	if _, err := via.ParseFrom(m.Value(header.IDVia), 0); err == nil {
		out["top_via_host"], out["top_via_branch"] = string(via.Host()), string(via.Branch())
		out["top_via_received"] = string(via.Received())
		if port, ok := via.Port(); ok {
			out["top_via_port"] = strconv.Itoa(int(port))
		}
	}
	for name, id := range map[string]header.ID{"from": header.IDFrom, "to": header.IDTo, "contact": header.IDContact} {
		var a header.NameAddr
		if _, err := a.ParseFrom(m.Value(id), 0); err == nil {
			out[name+"_tag"], out[name+"_params"] = string(a.Tag()), string(a.Params().Bytes())
			out[name+"_display"], out[name+"_uri"] = string(a.AppendDisplay(nil)), string(a.URIBytes())
			uriFacts(out, name, a.URIBytes())
		}
	}
	return out
}

func uriFacts(out map[string]string, name string, b []byte) {
	u, err := uri.Parse(b)
	if err != nil {
		return
	}
	out[name+"_scheme"], out[name+"_user"] = string(u.SchemeBytes()), string(u.User())
	out[name+"_host"], out[name+"_headers"] = string(u.Host()), string(u.RawHeaders())
	if port, ok := u.Port(); ok {
		out[name+"_port"] = fmt.Sprint(port)
	}
}
