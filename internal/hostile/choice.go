package hostile

// A Choice turns bytes into numbers and texts: those of a fuzz target, or
// random ones. When it has none left, everything is 0.
type Choice struct{ B []byte }

// Of returns a number below n.
func (c *Choice) Of(n int) int {
	if len(c.B) == 0 {
		return 0
	}
	v := int(c.B[0])
	c.B = c.B[1:]
	if n > 256 && len(c.B) > 0 {
		v, c.B = v<<8|int(c.B[0]), c.B[1:]
	}
	return v % n
}

// words are texts that are good somewhere and bad elsewhere.
var words = []string{
	"", "a", "Bob", "z9hG4bKx", "sip:a@b", "sip:a@b;x?y=z", "tel:+1", "sips:[::1]:5061", "example.com", "[2001:db8::1]", "192.0.2.1",
	"INVITE", "text/plain", "*", "a b", " ", "\t", "\"", "\\", "\"\\", ">", "<", ";", ",", ";tag=x", ", b", "a,b", "1", "70", "a@b", "@",
	"\r", "\n", "\x00", "\r\n", "\r\nTo: x", "\r\n\r\n", "\x01", "\x7f", "é", "\xff", "Tag", "urn:x", "<sip:a@b>", "1 INVITE", "l", "t", "X-Y",
	"\r\n ", "SIP/2.0/UDP a;branch=z9hG4bK", "a=b", "%41", "?", ":", "(", ")", "Digest a=\"b\", c=d", "Content-Length", "{{x}}",
}

// Text returns one word, two of them, or bytes as they are; nil now and then.
func (c *Choice) Text() []byte {
	switch k := c.Of(8); k {
	case 0:
		n := min(c.Of(16), len(c.B))
		t := c.B[:n:n]
		c.B = c.B[n:]
		return t
	case 1:
		return []byte(words[c.Of(len(words))] + words[c.Of(len(words))])
	case 2:
		return nil
	}
	return []byte(words[c.Of(len(words))])
}
