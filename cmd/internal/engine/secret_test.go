package engine

import (
	"strings"
	"testing"
)

// TestAKA answers challenges by the keys of test set 3 of 3GPP TS 35.207, and without
// them. The nonces are RAND and AUTN of that set; the second has a MAC of another key.
func TestAKA(t *testing.T) {
	const (
		nonce = "n3yNAhrM9NshPM/wx/caaq5KOptMl3JcnKvD6ZuvcoE="
		other = "n3yNAhrM9NshPM/wx/caaq5KOptMl3JcnKvD6ZuvcoA="
		op    = "0xdbc59adcb6f9a0ef735477b7fadf8374"
		key   = "0xfec86ba6eb707ed08905757b1bb44b8f"
		// MD5 over joe, ims.example and RES, the nonce, REGISTER and sip:ims.example.
		response = `response="c231b879d1ec52754aab6ae1468ff17f"`
		aka      = `Digest realm="ims.example", nonce="` + nonce + `", algorithm=AKAv1-MD5`
		sha      = `Digest realm="ims.example", nonce="n", algorithm=SHA-256`
	)
	for _, c := range []struct{ challenges, credentials, want string }{
		{aka, "aka_OP=" + op + " aka_K=" + key + " aka_AMF=0x725C", response},
		{aka, "aka_OP=" + op + " password=" + key, response}, // the password is the key
		{aka + "\nWWW-Authenticate: " + sha, "aka_OP=" + op + " aka_K=" + key + " password=secret", "algorithm=SHA-256"},
		{sha + "\nWWW-Authenticate: " + aka, "aka_OP=" + op + " aka_K=" + key + " password=secret", "algorithm=SHA-256"},
		{aka + `, qop="auth"`, "aka_OP=" + op + " aka_K=" + key, "qop=auth"},
		{aka + `, qop="other"`, "aka_OP=" + op + " aka_K=" + key, ""},
		{aka, "aka_OP=" + op + " aka_K=secret", ""},
		{aka, "aka_K=" + key, ""},
		{strings.Replace(aka, nonce, other, 1), "aka_OP=" + op + " aka_K=" + key, ""},
		{strings.Replace(aka, nonce, "bm9uY2U=", 1), "aka_OP=" + op + " aka_K=" + key, ""},
	} {
		again := strings.Replace(request("REGISTER"), "Content-Length", "[authentication username=joe "+c.credentials+"]\nContent-Length", 1)
		n := newNetwork(t, `<send><![CDATA[`+request("REGISTER")+`]]></send><recv response="401" auth="true"/><send><![CDATA[`+again+`]]></send>`,
			`<recv request="REGISTER"/>`+challenged(c.challenges)+`<recv request="REGISTER"/>`, func(c, _ *Config) { c.Words.AuthURI = "sip:ims.example" })
		got := ""
		n.lose = func(_ *Engine, data []byte) bool {
			if _, rest, ok := strings.Cut(string(data), "\r\nAuthorization: Digest "); ok {
				got = rest
			}
			return false
		}
		n.start(1)
		n.run(5 * second)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s, with %s: %q, want %q", c.challenges, c.credentials, got, c.want)
		}
	}
}
