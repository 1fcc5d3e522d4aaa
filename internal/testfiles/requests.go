package testfiles

import (
	"fmt"
	"math/rand/v2"
)

// Requests returns n requests that are valid and differ in lengths, forms and
// order of what they hold, so that a benchmark gives the branch predictor
// nothing to learn. They are the same each time.
func Requests(n int) (messages [][]byte) {
	r := rand.New(rand.NewPCG(1, 2))
	word := func(most int) string {
		b := make([]byte, 1+r.IntN(most))
		for i := range b {
			b[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[r.IntN(36)]
		}
		return string(b)
	}
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	for range n {
		method := pick("INVITE", "BYE", "OPTIONS", "REGISTER", "SUBSCRIBE")
		via := func() string {
			return "SIP/2.0/" + pick("UDP", "TCP", "TLS", "WSS") + " " + pick(word(9)+".example.com", "192.0.2.7", "[2001:db8::9]") +
				pick("", ":5060", ":15070") + pick("", ";rport") + ";branch=z9hG4bK" + word(24) + pick("", ";received=192.0.2.3")
		}
		s := fmt.Sprintf("%s sip:%s%s.example.com%s%s SIP/2.0\r\n%s: %s%s\r\n%s: %s<sip:%s@%s.example>;tag=%s\r\n%s: <sip:%s@%s>%s\r\n%s: %s@%s\r\nCSeq: %d %s\r\nMax-Forwards: %d\r\nContact: <sip:%s@192.0.2.1>\r\nContent-Length: 0\r\n\r\n",
			method, pick("", word(12)+"@"), word(8), pick("", ":5080"), pick("", ";transport=tcp", ";user=phone"),
			pick("Via", "v"), via(), pick("", ", "+via(), "\r\nVia: "+via()),
			pick("From", "f"), pick("", `"`+word(9)+`, x" `, word(7)+" "), word(10), word(10), word(14),
			pick("To", "t"), word(10), word(10), pick("", ";tag="+word(14)), pick("Call-ID", "i"), word(30), word(9),
			r.Int32(), method, r.IntN(71), word(9))
		messages = append(messages, []byte(s))
	}
	return messages
}
