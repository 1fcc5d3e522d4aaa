package main

import (
	"strings"
	"testing"
)

// typedKeys are the keys that typed values fill in.
var typedKeys = []string{
	"ruri_scheme", "ruri_user", "ruri_host", "ruri_port", "top_via_transport", "top_via_host", "top_via_port", "top_via_branch",
	"from_tag", "to_tag", "from_uri", "to_uri", "call_id", "cseq_num", "cseq_method", "max_forwards",
}

func TestParseTyped(t *testing.T) {
	for _, c := range []struct {
		text string
		want asJSON // every typed key that is not null
		bad  []any  // header, code and text of each of the errors
	}{
		{
			sip("INVITE sips:a%40b:pw@[2001:db8::1]:5071;lr SIP/2.0",
				"Via: SIP / 2.0 / tls\r\n [::1] : 99 ; Branch = z9hG4bK\"q\", x",
				"v: SIP/2.0/UDP second;branch=z9hG4bK2",
				"f: \"x, y\" <sip:u@h;tag=no>;TAG=yes", "t: sip:t@h;tag=\"q\"",
				"i: a@b", "CSeq: 007\r\n INVITE", "Max-Forwards: 0068"),
			asJSON{
				"ruri_scheme": "sips", "ruri_user": "a%40b", "ruri_host": "[2001:db8::1]", "ruri_port": 5071,
				"from_tag": "yes", "from_uri": "sip:u@h;tag=no", "to_tag": "\"q\"", "to_uri": "sip:t@h",
				"call_id": "a@b", "cseq_num": 7, "cseq_method": "INVITE", "max_forwards": 68,
			},
			[]any{"Via", "param", "\"q\""},
		},
		{
			sip("SIP/2.0 200 OK", "Via: SIP/2.0/UDP h;rport", "CSeq: 4294967296 BYE", "Max-Forwards: 256", "From: <sip:a", "Date: now"),
			asJSON{"top_via_transport": "UDP", "top_via_host": "h"},
			[]any{"CSeq", "range", "4294967296", "Max-Forwards", "range", "256", "From", "angle", "", "Date", "date", "now"},
		},
		{
			sip("OPTIONS tel:+1-201;x=y SIP/2.0", "CSeq: 1 INVITE", "X: y", "X-Y: \""),
			asJSON{"ruri_scheme": "tel", "ruri_user": "+1-201", "cseq_num": 1, "cseq_method": "INVITE"},
			[]any{"Session-Expires", "number", "y\r\nX-Y"},
		},
		{sip("OPTIONS urn:service:sos SIP/2.0"), asJSON{"ruri_scheme": "urn"}, nil},
		{sip("OPTIONS sip:a:b:c SIP/2.0"), asJSON{}, []any{"Request-URI", "port", "b:c"}},
	} {
		o := objects(t, tool(t, []byte(c.text), "parse", "--json").stdout)[0]
		for _, key := range typedKeys {
			want, ok := c.want[key]
			if !ok {
				want = nil
			}
			checkKeys(t, o, asJSON{key: want})
		}
		errs := o["errors"].([]any)
		if len(errs) != len(c.bad)/3 {
			t.Errorf("%q: %v", c.text, errs)
			continue
		}
		for i, e := range errs {
			w := asJSON{"header": c.bad[3*i], "code": c.bad[3*i+1]}
			if text := c.bad[3*i+2].(string); text != "" {
				w["offset"] = strings.Index(c.text, text)
			}
			checkKeys(t, e.(asJSON), w)
		}
	}
}
