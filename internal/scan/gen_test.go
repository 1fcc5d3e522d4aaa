package scan

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// sipLike returns n messages that differ in the order, number and length of
// their header fields, so that a benchmark over them does not teach the branch
// predictor one message by heart.
func sipLike(seed uint64, n int) [][]byte {
	r := rand.New(rand.NewPCG(seed, 8))
	out := make([][]byte, n)
	for i := range out {
		out[i] = sipLikeOne(r)
	}
	return out
}

func word(r *rand.Rand, low, high int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789-."
	b := make([]byte, low+r.IntN(high-low+1))
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

func sipLikeOne(r *rand.Rand) []byte {
	host := func() string { return word(r, 4, 12) + ".example.org" }
	uri := func() string { return "sip:" + word(r, 3, 12) + "@" + host() }
	fields := []string{
		"From: \"" + word(r, 3, 14) + "\" <" + uri() + ">;tag=" + word(r, 6, 14),
		"To: <" + uri() + ">",
		"Call-ID: " + word(r, 14, 40) + "@" + host(),
		fmt.Sprintf("CSeq: %d INVITE", r.IntN(100000)),
		"Contact: <" + uri() + ";transport=udp>",
		"Max-Forwards: 70",
	}
	optional := []string{
		"User-Agent: " + word(r, 6, 30) + "/1.0",
		"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY",
		"Supported: replaces, timer, 100rel",
		"Route: <" + uri() + ";lr>",
		"Record-Route: <" + uri() + ";lr;ftag=" + word(r, 6, 12) + ">",
		"P-Asserted-Identity: <" + uri() + ">",
		"Session-Expires: 1800;refresher=uac",
		"Subject: " + word(r, 4, 30),
		"Via: SIP/2.0/UDP " + host() + ":5060;branch=z9hG4bK" + word(r, 8, 24),
		"X-" + word(r, 3, 12) + ": " + word(r, 1, 60),
		"Date: Sat, 13 Nov 2010 23:29:00 GMT",
	}
	for _, f := range optional {
		if r.IntN(2) == 0 {
			fields = append(fields, f)
		}
	}
	r.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	body := ""
	if r.IntN(5) < 3 {
		body = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 49170 RTP/AVP 0 8 96\r\n" +
			strings.Repeat("a=rtpmap:96 "+word(r, 3, 9)+"/8000\r\n", 2+r.IntN(8))
	}
	fields = append(fields, "Content-Type: application/sdp", fmt.Sprintf("Content-Length: %d", len(body)))
	return []byte("INVITE " + uri() + " SIP/2.0\r\nVia: SIP/2.0/UDP " + host() + ":5060;branch=z9hG4bK" + word(r, 8, 24) + ";rport\r\n" +
		strings.Join(fields, "\r\n") + "\r\n\r\n" + body)
}
