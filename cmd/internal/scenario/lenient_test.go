package scenario

import (
	"strings"
	"testing"
)

// TestLenient has what SIPp takes and XML does not allow.
func TestLenient(t *testing.T) {
	const text = `<!-- ---- a -- <b> "c ---- -->
<scenario name="say \"hello\" <you>">
<!--
--- <send> -->
<nop display="1 &lt; 2\n3\\4\q"><action><assignstr assign_to="a" value="a>b"/><log message="[$a]"/><assignstr value= 'x\q="<it>"' assign_to="a"/><log message="don't"/></action></nop>
<send><![CDATA[
INFO sip:a SIP/2.0
X: "<!-- \" \n -->` + "\x01\xe9" + `"
]]></send>
</scenario>`
	p, err := Compile("t.xml", []byte(text), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != `say "hello" <you>` || p.Steps[0].Display != "1 < 2\n3\\4\\q" || p.Steps[1].Line != 6 {
		t.Errorf("name %q, display %q, line %d", p.Name, p.Steps[0].Display, p.Steps[1].Line)
	}
	if s, _ := p.Steps[0].Actions[0].Text.Constant(); s != "a>b" {
		t.Errorf("value %q", s)
	}
	if s, _ := p.Steps[0].Actions[2].Text.Constant(); s != `x\q="<it>"` {
		t.Errorf("value in single quotes %q", s)
	}
	if s, _ := p.Steps[1].Message.Constant(); !strings.Contains(s, `X: "<!-- \" \n -->`+"\x01\xe9\"\r\n") {
		t.Errorf("message %q", s)
	}
	for _, text := range []string{"<!-- open", `<scenario name="open`, "<scenario><![CDATA[ open", `<a b="\`, "<"} {
		if _, err := Compile("t.xml", []byte(text), Options{}); err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

// TestPattern has expressions whose meaning is another one in POSIX than in Go.
func TestPattern(t *testing.T) {
	for _, c := range []struct{ expr, in, want string }{
		{`[\r]+`, `a\r\rb`, `\r\r`}, {`[^\n]+`, "a\nn", "a\n"}, {`[]a]+`, "b]a]", "]a]"}, {`[^]]+`, "a]", "a"},
		{`[[:digit:]\]+`, `x1\2y`, `1\2`}, {`[[.-.]a]+`, "b-a", "-a"}, {`\d`, "12d", "d"}, {`a\.b`, "axb a.b", "a.b"},
		{`\bsip\b`, "xsip sip", "sip"}, {`\<ip\>`, "sip ip", "ip"}, {"a.c", "a\nc", "a\nc"}, {"a|ab", "ab", "ab"}, {`[a`, "", "error"},
		{`a\é+`, "aéé", "aéé"}, {`(a)\1`, "aa", "error"},
	} {
		re, err := Pattern(c.expr)
		switch {
		case err != nil || c.want == "error":
			if (err != nil) != (c.want == "error") {
				t.Errorf("%s: %v", c.expr, err)
			}
		case re.FindString(c.in) != c.want:
			t.Errorf("%s in %q finds %q, want %q", c.expr, c.in, re.FindString(c.in), c.want)
		}
	}
}

// TestCrypto has the keywords of a=crypto lines.
func TestCrypto(t *testing.T) {
	const line = "INFO sip:a SIP/2.0\n\na=crypto:[cryptotag2audio] [cryptosuiteaescm256sha1322audio] inline:[cryptokeyparams2audio] [ueaescm128sha1801video] [cryptokeyparams1video]"
	m, err := Text(line)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for i := range m.Parts {
		if p := &m.Parts[i]; p.Kind == CryptoKey {
			got.WriteString("KEY" + itoa(p.Offset))
		} else {
			got.WriteString(p.Text)
		}
	}
	if want := "a=crypto:2 AES_256_CM_HMAC_SHA1_32 inline:KEY46 UNENCRYPTED_SRTP KEY30"; !strings.Contains(got.String(), want) {
		t.Errorf("made %q, want %q", got.String(), want)
	}
	for _, s := range []string{"cryptosuitenone1audio", "cryptotag3audio", "cryptotagaescm128sha1801audio", "uenone1audio"} {
		if _, err := Text("INFO sip:a SIP/2.0\nX: [" + s + "]"); err == nil {
			t.Errorf("[%s] is taken", s)
		}
	}
}
