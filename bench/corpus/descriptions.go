package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// Descriptions returns n session descriptions that differ in maker, codecs,
// attributes, addresses and lengths: calls of phones and gateways for the most
// part, of browsers and of mobile networks. There are no faxes among them: the
// media type image is an error to pion/sdp. The same seed gives the same ones.
func Descriptions(seed uint64, n int) [][]byte {
	g := newGen(seed)
	out := make([][]byte, n)
	for i := range out {
		var s string
		switch direction := g.pick("sendrecv", "sendrecv", "sendrecv", "sendonly", "recvonly", "inactive"); g.IntN(10) {
		case 0:
			s = g.browser(direction)
		case 1, 2:
			s = g.mobile(direction)
		default:
			s = g.sdp(direction)
		}
		out[i] = []byte(s)
	}
	return out
}

// browser is an offer of a browser, of audio or of audio and video (RFC 9429).
func (g *gen) browser(direction string) string {
	host := g.address()
	var b strings.Builder
	kinds := []string{"audio", "video"}[:g.between(1, 2)]
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE", g.between(1<<40, 1<<62), g.between(2, 9))
	for i := range kinds {
		b.WriteString(" " + strconv.Itoa(i))
	}
	b.WriteString("\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n")
	ufrag, pwd := g.from(mixedDigits, 4), g.from(mixedDigits, 24)
	for i, kind := range kinds {
		formats, codecs := "111 63 9 0 8 13 110 126", []string{"111 opus/48000/2", "63 red/48000/2", "9 G722/8000", "0 PCMU/8000", "8 PCMA/8000", "13 CN/8000", "110 telephone-event/48000", "126 telephone-event/8000"}
		if kind == "video" {
			formats, codecs = "96 97 102 103", []string{"96 VP8/90000", "97 rtx/90000", "102 H264/90000", "103 rtx/90000"}
		}
		port := g.between(1024, 65535)
		fmt.Fprintf(&b, "m=%s %d UDP/TLS/RTP/SAVPF %s\r\nc=IN IP4 %s\r\na=rtcp:9 IN IP4 0.0.0.0\r\n", kind, port, formats, host)
		for k := range g.between(1, 4) {
			fmt.Fprintf(&b, "a=candidate:%d 1 udp %d %s %d typ host generation 0 network-id 1\r\n", g.between(1<<20, 1<<31), 2122260223-k, g.address(), g.between(1024, 65535))
		}
		fmt.Fprintf(&b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\na=ice-options:trickle\r\na=fingerprint:sha-256 %s\r\na=setup:actpass\r\na=mid:%d\r\n", ufrag, pwd, g.fingerprint(), i)
		fmt.Fprintf(&b, "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=%s\r\na=rtcp-mux\r\n", direction)
		for _, c := range codecs {
			b.WriteString("a=rtpmap:" + c + "\r\n")
			if kind == "video" {
				b.WriteString("a=rtcp-fb:" + c[:strings.IndexByte(c, ' ')] + " nack pli\r\n")
			}
		}
		fmt.Fprintf(&b, "a=ssrc:%d cname:%s\r\n", g.between(1, 1<<32-1), g.from(mixedDigits, 16))
	}
	return b.String()
}

func (g *gen) fingerprint() string {
	pairs := make([]string, 32)
	for i := range pairs {
		pairs[i] = strings.ToUpper(g.hex(2))
	}
	return strings.Join(pairs, ":")
}

// mobile is an offer of a handset with preconditions (RFC 3312, TS 24.229).
func (g *gen) mobile(direction string) string {
	host, net := g.address(), "IP4"
	if g.chance(2) {
		host, net = "2001:db8:"+g.hex(3)+"::"+g.hex(4), "IP6"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nb=AS:50\r\nb=RS:600\r\nb=RR:2000\r\nt=0 0\r\n", g.between(1, 1<<31), g.between(1, 9), net, host, net, host)
	fmt.Fprintf(&b, "m=audio %d RTP/AVP 104 102 100\r\nb=AS:49\r\na=rtpmap:104 AMR-WB/16000/1\r\na=fmtp:104 mode-change-capability=2;max-red=220\r\n", g.between(1024, 65535))
	b.WriteString("a=rtpmap:102 AMR/8000/1\r\na=fmtp:102 mode-change-capability=2;max-red=220\r\na=rtpmap:100 telephone-event/8000\r\na=fmtp:100 0-15\r\n")
	fmt.Fprintf(&b, "a=curr:qos local %s\r\na=curr:qos remote none\r\na=des:qos mandatory local sendrecv\r\na=des:qos optional remote sendrecv\r\na=maxptime:240\r\na=ptime:20\r\na=%s\r\n",
		g.pick("none", "sendrecv"), direction)
	return b.String()
}
