package main

import (
	"fmt"
	"strings"
	"testing"
)

// sdpInvite is a re-INVITE with a body.
func sdpInvite(contentType, body string) string {
	return fmt.Sprintf("INVITE sip:bob@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nMax-Forwards: 70\r\n"+
		"From: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>;tag=2\r\nCall-ID: sdp\r\nCSeq: 1 INVITE\r\nContact: <sip:a@a.example>\r\n"+
		"Supported: timer\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", contentType, len(body), body)
}

const heldSDP = "v=0\r\no=- 7 1 IN IP4 192.0.2.5\r\ns=call\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 96\r\n" +
	"a=rtpmap:96 opus/48000/2\r\na=ptime:20\r\na=sendonly\r\nm=video 0 RTP/AVP 31\r\n"

// TestParseSDP asks that the tree shows media, addresses, codecs, direction
// and hold, and the parts of a body.
func TestParseSDP(t *testing.T) {
	media := []string{
		"session  7 version 1 of - at 192.0.2.5, named call",
		"├─ media 1  audio at 0.0.0.0 port 4000 over RTP/AVP, sendonly",
		"hold  the sender holds the other side, by direction; the sender holds the other side, by address",
		"formats  0, 96 opus/48000/2",
		"ptime  20",
		"└─ media 2  video at 0.0.0.0 port 0 over RTP/AVP, sendrecv",
		"hold  rejected: the port is 0",
	}
	part := "--b\r\nContent-Type: application/sdp\r\nContent-Disposition: session\r\n\r\n" + heldSDP + "\r\n--b\r\n\r\nhello\r\n--b--\r\n"
	for _, c := range []struct {
		in   string
		want []string
	}{
		{sdpInvite("application/sdp", heldSDP), media},
		{sdpInvite("multipart/mixed;boundary=b", part), append([]string{"├─ part 1", "Content-Disposition  session"}, append(media, "└─ part 2", "hello")...)},
		{sdpInvite("application/sdp", "v=0\r\nm=audio x\r\ns\r\n"), []string{"└─ media 1  sip: malformed port at byte 13", "error  sip: not a letter, = and a value at byte 17 of the description, line 3"}},
		{sdpInvite("multipart/mixed;boundary=b", "--b\r\n\r\nhello"), []string{"error  sip: multipart boundary missing or malformed at byte 12"}},
	} {
		r := tool(t, []byte(c.in), "parse", "--wide")
		rest := r.stdout
		for _, want := range c.want {
			if want == "└─ media 1  sip: malformed port at byte 13" {
				want = strings.Replace(want, "└", "├", 1)
			}
			at := strings.Index(rest, want)
			if at < 0 {
				t.Errorf("no %q in\n%s", want, r.stdout)
				break
			}
			rest = rest[at+len(want):]
		}
		if r.status != exitOK {
			t.Errorf("status %d: the message itself parses", r.status)
		}
	}
}

// TestParseJSONBody asks for the description and the parts of a body as JSON: what
// is there, what is wrong and where in the message, and nothing for other bodies.
func TestParseJSONBody(t *testing.T) {
	record := func(in string) asJSON {
		r := tool(t, []byte(in), "parse", "--json")
		all := objects(t, r.stdout)
		if r.status != exitOK || len(all) != 1 {
			t.Fatalf("status %d, %s", r.status, r.stdout)
		}
		return all[0]
	}
	at := func(in string, o any, bytes string) {
		t.Helper()
		if f := o.(asJSON); f["offset"] != float64(strings.Index(in, bytes)) {
			t.Errorf("offset %v, not at %q of %q", f["offset"], bytes, in)
		}
	}
	description := func(o any) {
		t.Helper()
		d := o.(asJSON)
		checkKeys(t, d, asJSON{"username": "-", "session_id": "7", "session_version": "1", "origin_address": "192.0.2.5", "name": "call"})
		media := d["media"].([]any)
		if len(media) != 2 {
			t.Fatalf("%d media", len(media))
		}
		checkKeys(t, media[0].(asJSON), asJSON{"type": "audio", "port": 4000, "num_ports": 1, "proto": "RTP/AVP", "address": "0.0.0.0",
			"direction": "sendonly", "holds": true, "held": false,
			"formats": []any{
				asJSON{"format": "0", "encoding": nil, "clock_rate": nil, "params": nil},
				asJSON{"format": "96", "encoding": "opus", "clock_rate": 48000., "params": "2"},
			},
			"attributes": []any{
				asJSON{"name": "rtpmap", "value": "96 opus/48000/2"}, asJSON{"name": "ptime", "value": "20"}, asJSON{"name": "sendonly", "value": nil},
			}})
		checkKeys(t, media[1].(asJSON), asJSON{"type": "video", "port": 0, "direction": "sendrecv", "held": false})
	}

	whole := record(sdpInvite("application/sdp", heldSDP))
	description(whole["sdp"])
	checkKeys(t, whole, asJSON{"parts": nil})

	in := sdpInvite("multipart/mixed;boundary=b", "--b\r\nContent-Type: application/sdp\r\nX: y\r\n\r\n"+heldSDP+"\r\n--b\r\n\r\nhello\r\n--b--\r\n")
	parts := record(in)["parts"].([]any)
	if len(parts) != 2 {
		t.Fatalf("%d parts", len(parts))
	}
	first, second := parts[0].(asJSON), parts[1].(asJSON)
	description(first["sdp"])
	at(in, first, "v=0")
	checkKeys(t, first, asJSON{"content_type": "application/sdp", "body_len": len(heldSDP), "parts": nil,
		"headers": []any{asJSON{"name": "Content-Type", "value": "application/sdp"}, asJSON{"name": "X", "value": "y"}}})
	at(in, second, "hello")
	checkKeys(t, second, asJSON{"body_len": 5, "sdp": nil, "headers": []any{}})

	in = sdpInvite("application/sdp", "v=0\r\nm=audio x\r\ns\r\n")
	bad := record(in)["sdp"].(asJSON)
	checkKeys(t, bad, asJSON{"error_code": "line", "name": nil})
	at(in, bad["media"].([]any)[0], "x\r\ns")
	in = sdpInvite("multipart/mixed;boundary=b", "--b\r\n\r\nhello")
	checkKeys(t, record(in)["parts_error"].(asJSON), asJSON{"error_code": "boundary"})

	in = sdpInvite("multipart/mixed;boundary=b", strings.Repeat("--b\r\n\r\n\r\n", 3000)+"--b--")
	cut := record(in)
	if n := len(cut["parts"].([]any)); n != 1000 {
		t.Errorf("%d parts", n)
	}
	checkKeys(t, cut["parts_error"].(asJSON), asJSON{"error_code": "limit"})

	for _, in := range []string{
		sdpInvite("text/plain", heldSDP), sdpInvite("application/sdp", ""),
		strings.Replace(sdpInvite("application/sdp", heldSDP), "Supported", "Content-Encoding: gzip\r\nSupported", 1),
	} {
		checkKeys(t, record(in), asJSON{"sdp": nil, "parts": nil})
	}
}

// TestCheckAnswers asks that an answer is compared with the offer before it.
func TestCheckAnswers(t *testing.T) {
	offer := sdpInvite("application/sdp", strings.Replace(heldSDP, "0.0.0.0", "192.0.2.5", 1))
	answer := func(body string) string {
		return fmt.Sprintf("SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP a.example;branch=z9hG4bK1\r\nFrom: <sip:a@a.example>;tag=1\r\nTo: <sip:b@b.example>;tag=2\r\n"+
			"Call-ID: sdp\r\nCSeq: 1 INVITE\r\nContact: <sip:b@b.example>\r\nSupported: timer\r\nAllow: INVITE\r\nContent-Type: application/sdp\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	}
	const audio = "v=0\r\no=- 9 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\na=recvonly\r\n"
	for _, c := range []struct {
		body, want string
		status     int
	}{
		{audio + "m=video 0 RTP/AVP 31\r\n", "", exitOK},
		{audio, "answer-media", exitBad},
		{audio + "m=video 5002 RTP/AVP 31\r\n", "answer-rejected", exitBad},
	} {
		r := tool(t, nil, append([]string{"check"}, write(t, offer, answer(c.body))...)...)
		if r.status != c.status || !strings.Contains(r.stdout, c.want) || c.want == "" && strings.Contains(r.stdout, "answer-") {
			t.Errorf("status %d, want %d and %q:\n%s", r.status, c.status, c.want, r.stdout)
		}
	}
}
