package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// sdp is an offer or an answer of a user agent (RFC 8866). direction is one
// of sendrecv, sendonly, recvonly and inactive.
func (g *gen) sdp(direction string) string {
	host := g.address()
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=%s %d %d IN IP4 %s\r\ns=%s\r\nc=IN IP4 %s\r\nt=0 0\r\n",
		g.pick("-", "phone", "sbc"), g.between(1000, 1<<31), g.between(1, 20), host, g.pick("-", "call", "session"), host)
	codecs := [][2]string{{"0", "PCMU/8000"}, {"8", "PCMA/8000"}, {"9", "G722/8000"}, {"18", "G729/8000"}, {"96", "opus/48000/2"}}
	g.Shuffle(len(codecs), func(i, j int) { codecs[i], codecs[j] = codecs[j], codecs[i] })
	codecs = codecs[:g.between(1, 4)]
	b.WriteString("m=audio " + strconv.Itoa(2*g.between(5000, 30000)) + " RTP/AVP")
	for _, c := range codecs {
		b.WriteString(" " + c[0])
	}
	b.WriteString(" 101\r\n")
	for _, c := range codecs {
		b.WriteString("a=rtpmap:" + c[0] + " " + c[1] + "\r\n")
	}
	b.WriteString("a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\n")
	if g.chance(2) {
		b.WriteString("a=ptime:20\r\n")
	}
	b.WriteString("a=" + direction + "\r\n")
	if g.chance(2) {
		// Media encryption (RFC 4568) and some ICE candidates (RFC 8839).
		b.WriteString("a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:" + g.from(mixedDigits, 40) + "\r\n")
		fmt.Fprintf(&b, "a=ice-ufrag:%s\r\na=ice-pwd:%s\r\n", g.from(mixedDigits, 4), g.from(mixedDigits, 22))
		for i := range g.between(2, 5) {
			fmt.Fprintf(&b, "a=candidate:%d 1 UDP %d %s %d typ host\r\n", i+1, g.between(1<<24, 1<<31), g.address(), g.between(1024, 65535))
		}
	}
	if g.chance(4) {
		b.WriteString("a=rtcp:" + strconv.Itoa(g.between(10001, 60001)) + "\r\n")
	}
	return b.String()
}

// pidf is a presence document (RFC 3863).
func (g *gen) pidf(entity string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<presence xmlns=\"urn:ietf:params:xml:ns:pidf\" entity=\"%s\">\r\n", xmlText(entity))
	for range g.between(1, 4) {
		fmt.Fprintf(&b, "<tuple id=\"t%s\"><status><basic>%s</basic></status><contact priority=\"0.%d\">%s</contact></tuple>\r\n",
			g.hex(6), g.pick("open", "closed"), g.between(1, 9), xmlText(g.contactURI()))
	}
	b.WriteString("</presence>\r\n")
	return b.String()
}

// dialogInfo is a dialog state document (RFC 4235).
func (g *gen) dialogInfo(entity string) string {
	return fmt.Sprintf("<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"%d\" state=\"full\" entity=\"%s\">\r\n"+
		"<dialog id=\"%s\" direction=\"%s\"><state>%s</state></dialog>\r\n</dialog-info>\r\n",
		g.IntN(50), xmlText(entity), g.hex(8), g.pick("initiator", "recipient"), g.pick("trying", "early", "confirmed", "terminated"))
}

func xmlText(s string) string { return strings.ReplaceAll(s, "&", "&amp;") }

var words = strings.Fields("the meeting moved to four please call back when you are free package arrived at front door train is late see tomorrow lunch report ready sign it thanks regards")

// text is a line of words about n bytes long.
func (g *gen) text(n int) string {
	var b strings.Builder
	for b.Len() < n {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(words[g.IntN(len(words))])
	}
	return b.String()
}
