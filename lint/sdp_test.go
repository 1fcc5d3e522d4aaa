package lint

import (
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
)

const goodSDP = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 96\r\na=rtpmap:96 opus/48000/2\r\na=sendrecv\r\n"

// withBody returns a good request with a body.
func withBody(contentType, body string) string {
	return request("Content-Type", "Content-Type: "+contentType, "Content-Length", "Content-Length: "+strconv.Itoa(len(body)), "body", body)
}

func parsed(t *testing.T, s string) *codec.Message {
	t.Helper()
	m := new(codec.Message)
	if err := m.Parse([]byte(s)); err != nil {
		t.Fatalf("%v: %q", err, s)
	}
	return m
}

// found returns rules, severities and the bytes at the offsets.
func found(t *testing.T, in string, all []Finding) string {
	t.Helper()
	var out []string
	for _, f := range all {
		at := strings.SplitN(in[f.Offset:]+"\r", "\r", 2)[0]
		out = append(out, f.Severity.String()+" "+string(f.Rule)+" at "+at)
	}
	return strings.Join(out, "; ")
}

func TestSDP(t *testing.T) {
	change := func(from, to string) string { return strings.Replace(goodSDP, from, to, 1) }
	for _, c := range []struct{ name, body, want string }{
		{"good", goodSDP, ""},
		{"no o, s, t", "v=0\r\nc=IN IP4 192.0.2.1\r\n", "warning sdp-missing at v=0; warning sdp-missing at v=0; warning sdp-missing at v=0"},
		{"unreadable", change("s=-", "s"), "warning line at "},
		{"version", change("v=0", "v=1"), "warning sdp-version at 1"},
		{"origin", change("o=- 1 1 IN IP4 192.0.2.1", "o=- 1"), "warning value at "},
		{"timing", change("t=0 0", "t=0 x"), "warning number at x"},
		{"connection", change("c=IN IP4 192.0.2.1", "c=IN IP4"), "warning host at "},
		{"none", change("c=IN IP4 192.0.2.1\r\n", ""), "warning sdp-missing at m=audio 4000 RTP/AVP 0 96"},
		{"none, rejected", strings.Replace(change("c=IN IP4 192.0.2.1\r\n", ""), "4000", "0", 1), ""},
		{"order", "v=0\r\ns=-\r\no=- 1 1 IN IP4 192.0.2.1\r\nt=0 0\r\n", "warning sdp-order at o=- 1 1 IN IP4 192.0.2.1"},
		{"times repeat", change("t=0 0", "t=1 2\r\nr=1 1 0\r\nt=3 4"), ""},
		{"unknown type", change("t=0 0", "t=0 0\r\nx=1"), "note sdp-order at x=1"},
		{"media order", change("a=sendrecv", "a=sendrecv\r\nb=AS:64"), "warning sdp-order at b=AS:64"},
		{"m=", change("4000", "x"), "warning port at x RTP/AVP 0 96"},
		{"no rtpmap", change("a=rtpmap:96 opus/48000/2\r\n", ""), "warning sdp-format at m=audio 4000 RTP/AVP 0 96"},
		{"no format", change(" 0 96", ""), "warning sdp-format at m=audio 4000 RTP/AVP"},
		{"rtpmap", change("opus/48000/2", "opus"), "warning sdp-format at m=audio 4000 RTP/AVP 0 96; warning value at opus"},
		{"two directions", change("a=sendrecv", "a=sendrecv\r\na=sendonly"), "warning sdp-direction at a=sendonly"},
		{"hold by address", change("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0"), "note sdp-hold at m=audio 4000 RTP/AVP 0 96"},
		{"no keys", change("RTP/AVP", "RTP/SAVP"), "warning sdp-keys at m=audio 4000 RTP/SAVP 0 96"},
		{"keys", strings.Replace(change("RTP/AVP", "RTP/SAVP"), "a=sendrecv", "a=crypto:1 A inline:b", 1), ""},
		{"crypto", change("a=sendrecv", "a=crypto:1 A"), "warning value at "},
		{"setup", change("a=sendrecv", "a=setup:x"), "warning value at x"},
	} {
		in := withBody("application/sdp", c.body)
		if got := found(t, in, Check(parsed(t, in))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
		part := "--b\r\nContent-Type: application/sdp\r\n\r\n" + c.body + "\r\n--b--\r\n"
		in = withBody("multipart/mixed;boundary=b", part)
		if got := found(t, in, Check(parsed(t, in))); got != c.want {
			t.Errorf("%s, as a part: %q, want %q", c.name, got, c.want)
		}
	}
	for contentType, want := range map[string]string{
		"multipart/mixed":            "warning boundary at x",
		"multipart/mixed;boundary=c": "warning boundary at x",
		"text/plain":                 "",
	} {
		in := withBody(contentType, "x")
		if got := found(t, in, Check(parsed(t, in))); got != want {
			t.Errorf("%s: %q, want %q", contentType, got, want)
		}
	}
}

func TestCheckAnswer(t *testing.T) {
	offer := goodSDP + "m=video 4002 RTP/AVP 31\r\na=sendonly\r\nm=image 0 udptl t38\r\n"
	answer := "v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\nm=video 5002 RTP/AVP 31\r\na=recvonly\r\nm=image 0 udptl t38\r\n"
	change := func(from, to string) string { return strings.Replace(answer, from, to, 1) }
	for _, c := range []struct{ name, body, want string }{
		{"good", answer, ""},
		{"rejected", change("video 5002", "video 0"), ""},
		{"one less", change("m=image 0 udptl t38\r\n", ""), "error answer-media at "},
		{"one more", answer + "m=audio 0 RTP/AVP 0\r\n", "error answer-media at m=audio 0 RTP/AVP 0"},
		{"accepts port 0", change("image 0", "image 5004"), "error answer-rejected at m=image 5004 udptl t38"},
		{"type", change("m=video", "m=audio"), "error answer-type at m=audio 5002 RTP/AVP 31"},
		{"protocol", change("5002 RTP/AVP", "5002 RTP/SAVP"), "error answer-type at m=video 5002 RTP/SAVP 31"},
		{"format", change("AVP 0", "AVP 8"), "error answer-format at m=audio 5000 RTP/AVP 8"},
		{"direction", change("recvonly", "sendrecv"), "warning answer-direction at m=video 5002 RTP/AVP 31"},
		{"inactive", change("recvonly", "inactive"), ""},
		{"unreadable", "v=1", ""},
	} {
		in := withBody("application/sdp", c.body)
		if got := found(t, in, CheckAnswer(parsed(t, withBody("application/sdp", offer)), parsed(t, in))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := CheckAnswer(parsed(t, request()), parsed(t, withBody("application/sdp", answer))); got != nil {
		t.Errorf("no offer: %v", got)
	}
}

func TestIsAnswerTo(t *testing.T) {
	invite, ok := parsed(t, request()), parsed(t, response())
	if !IsAnswerTo(invite, ok) || !IsAnswerTo(ok, parsed(t, request("start", "ACK sip:bob@b.example SIP/2.0", "CSeq", "CSeq: 1 ACK"))) {
		t.Error("an answer is none")
	}
	if IsAnswerTo(invite, invite) || IsAnswerTo(invite, parsed(t, response("CSeq", "CSeq: 2 INVITE"))) || IsAnswerTo(invite, parsed(t, response("Call-ID", "Call-ID: 2"))) {
		t.Error("what is no answer is one")
	}
}

// TestUnreadBodies looks at bodies that are not read as what Content-Type says:
// compressed ones, and line ends that nobody means as a body.
func TestUnreadBodies(t *testing.T) {
	const ends = "\r\n\n"
	bare := request("Content-Length", "", "body", ends)
	typed := request("Content-Length", "", "Content-Type", "Content-Type: application/sdp", "body", ends)
	for _, c := range []struct{ name, in, want string }{
		{"gzip", strings.Replace(withBody("application/sdp", "\x1f\x8b"), "Content-Type", "Content-Encoding: gzip\r\nContent-Type", 1), ""},
		{"identity", strings.Replace(withBody("application/sdp", "\x1f\x8b"), "Content-Type", "Content-Encoding: Identity\r\nContent-Type", 1), "warning line at \x8b"},
		{"line ends", bare, "note no-content-length at INVITE sip:bob@b.example SIP/2.0; note trailing-bytes at "},
		{"line ends with a type", typed, "note no-content-length at INVITE sip:bob@b.example SIP/2.0; note trailing-bytes at "},
		{"counted", strings.Replace(bare, "\r\n\r\n", "\r\nContent-Length: 3\r\n\r\n", 1), "warning no-content-type at "},
	} {
		if got := found(t, c.in, Check(parsed(t, c.in))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
