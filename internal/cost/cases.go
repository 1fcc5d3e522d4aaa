package main

import (
	"strconv"
	"strings"

	"github.com/sipwire/sipwire/codec"
)

// A costCase is one operation on input of growing size.
type costCase struct {
	name string
	size int // the least n
	// prepare makes input for n, and returns what is counted and how many
	// bytes the input has.
	prepare func(n int) (run func(), bytes int)
}

// cases returns every operation on every shape of message, and the edits of
// which there can be many in one message.
func cases() []costCase {
	var all []costCase
	for _, s := range shapes {
		for _, o := range operations {
			all = append(all, costCase{s.name + "/" + o.name, 200, func(n int) (func(), int) {
				b := []byte(s.message(n))
				return o.prepare(b), len(b)
			}})
		}
	}
	for _, e := range manyEdits {
		all = append(all, costCase{"edits/" + e.name, 100, e.prepare})
	}
	return append(append(all, streamCases()...), bodyCases()...)
}

// open is a Parser without limits that the shapes would run into, and strict
// its strict twin.
var (
	open   = codec.Parser{MaxMessage: 1 << 24, MaxHeaders: 60000, MaxField: 1 << 24, MaxStartLine: 1 << 24}
	strict = codec.Parser{Strictness: codec.Strict, MaxMessage: 1 << 24, MaxHeaders: 60000, MaxField: 1 << 24, MaxStartLine: 1 << 24}
)

// A shape is a message that is large in one respect.
type shape struct {
	name    string
	message func(n int) string
}

// request returns a request with the given Request-URI and further fields.
func request(uri string, fields ...string) string {
	return "INVITE " + uri + " SIP/2.0\r\n" + strings.Join(fields, "\r\n") + "\r\n" +
		"Via: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nFrom: <sip:a@example.org>;tag=1\r\nTo: <sip:b@example.org>\r\n" +
		"Call-ID: c@a.example\r\nCSeq: 1 INVITE\r\nMax-Forwards: 70\r\nContact: <sip:a@a.example>\r\nContent-Length: 0\r\n\r\n"
}

// field is a shape of one field whose value is front, then n times part.
func field(name, front, part, back string) shape {
	return shape{name + " " + strconv.Quote(part), func(n int) string {
		return request("sip:b@example.org", name+": "+front+strings.Repeat(part, n)+back)
	}}
}

var shapes = []shape{
	{"fields", func(n int) string { return request("sip:b@example.org", strings.Repeat("X-A: b\r\n", n)+"X-A: b") }},
	{"via lines", func(n int) string {
		return request("sip:b@example.org", strings.Repeat("Via: SIP/2.0/UDP b.example;branch=z9hG4bK2\r\n", n)+"X-A: b")
	}},
	{"content-length lines", func(n int) string {
		return request("sip:b@example.org", strings.Repeat("Content-Length: 0\r\n", n)+"X-A: b")
	}},
	{"folds", func(n int) string { return request("sip:b@example.org", "X-A: b"+strings.Repeat("\r\n c", n)) }},
	{"blank folds", func(n int) string { return request("sip:b@example.org", "X-A: b"+strings.Repeat("\r\n ", n)) }},
	{"folded via", func(n int) string {
		return request("sip:b@example.org", "Via: SIP/2.0/UDP b.example"+strings.Repeat("\r\n ;p", n))
	}},
	{"bad lines", func(n int) string { return request("sip:b@example.org", strings.Repeat("no colon\r\n", n)+"X-A: b") }},
	{"uri parameters", func(n int) string { return request("sip:b@example.org" + strings.Repeat(";p", n)) }},
	{"uri parameters that differ", func(n int) string { return request("sip:b@example.org" + numbered(";p", n)) }},
	{"uri headers", func(n int) string { return request("sip:b@example.org?" + strings.Repeat("a=b&", n) + "a=b") }},
	{"uri escapes", func(n int) string { return request("sip:" + strings.Repeat("%41", n) + "@example.org") }},
	{"uri host", func(n int) string { return request("sip:b@" + strings.Repeat("a.", n) + "org") }},
	{"uri ipv6", func(n int) string { return request("sip:b@[" + strings.Repeat("1:", n) + "1]") }},
	field("Via", "SIP/2.0/UDP b.example", ";p", ""),
	field("Via", "SIP/2.0/UDP b.example", ";received=192.0.2.1;rport=1", ""),
	field("Via", "SIP/2.0/UDP b.example", ";branch=z9hG4bK1", ""),
	field("Via", "SIP/2.0/UDP b.example", ";p=\"q\"", ""),
	field("Via", "SIP/2.0/UDP b.example", ", SIP/2.0/UDP c.example;branch=z9hG4bK3", ""),
	{"via parameters that differ", func(n int) string {
		return request("sip:b@example.org", "Via: SIP/2.0/UDP b.example"+numbered(";p", n))
	}},
	field("From", `"`, `\"`, `" <sip:a@example.org>;tag=1`),
	field("From", `"`, `\`, `" <sip:a@example.org>;tag=1`),
	field("From", "", "a ", "<sip:a@example.org>;tag=1"),
	field("From", "", "<", ""),
	field("To", "<sip:b@example.org>", ";tag=1", ""),
	field("To", "<sip:b@example.org", ";p", ">"),
	field("Contact", "", "<sip:a@a.example>;q=0.5,", "<sip:a@a.example>"),
	field("Contact", "*", ",*", ""),
	field("Contact", "sip:a@a.example", ",", ""),
	field("Route", "<sip:r.example;lr>", ",<sip:r.example;lr>", ""),
	field("Record-Route", "<sip:r.example;lr>", ",<sip:r.example;lr>", ""),
	field("Route", `"`, `",`, ``),
	field("Supported", "a", ",a", ""),
	field("Supported", "", ",", ""),
	field("Supported", "", " , ", ""),
	field("Proxy-Authorization", `Digest username="a"`, `,realm="b"`, ""),
	field("Authorization", `Digest username="a"`, `,realm="b"`, ""),
	field("WWW-Authenticate", `Digest realm="a"`, `,Digest realm="b"`, ""),
	field("Accept", "a/b", ";c=d", ""),
	field("Content-Type", "a/b", ";c=d", ""),
	field("Call-Info", "<http://a>", ",<http://b>", ""),
	field("User-Agent", "a", " (", ""),
	field("User-Agent", "a ", "(b)", ""),
	field("Warning", `399 a "b"`, `,399 a "b"`, ""),
	field("CSeq", "", "1", " INVITE"),
	field("Call-ID", "", "a@", "b"),
	field("X-A", "", "\xff", ""),
	field("X-A", "", "\t", "b"),
}

// numbered returns part n times, each with its number.
func numbered(part string, n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(part)
		for d := 1 << 20; d > 0; d >>= 4 {
			b.WriteByte('a' + byte(i/d&15))
		}
	}
	return b.String()
}
