package compose

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
)

const registerMsg = "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKold\r\nMax-Forwards: 70\r\n" +
	"From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: c1\r\nCSeq: 7 REGISTER\r\n"

// challengeMsg is a response with fields in front of its end.
func challengeMsg(status int, fields ...string) string {
	return fmt.Sprintf("SIP/2.0 %d Challenged\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKold\r\nFrom: <sip:alice@example.com>;tag=1\r\n"+
		"To: <sip:alice@example.com>;tag=2\r\nCall-ID: c1\r\nCSeq: 7 REGISTER\r\n%s\r\n\r\n", status, strings.Join(fields, "\r\n"))
}

func newAuthenticator() *Authenticator {
	return &Authenticator{Secret: digest.Secret{Username: []byte("alice"), Password: []byte("secret")}}
}

// TestAuthenticator answers challenges: the strongest of a realm, the first
// realm that is left, and no password twice.
func TestAuthenticator(t *testing.T) {
	const (
		md5      = `WWW-Authenticate: Digest realm="a", nonce="n1", algorithm=MD5, qop="auth"`
		sha      = `WWW-Authenticate: Digest realm="a", nonce="n2", algorithm=SHA-256, qop="auth"`
		other    = `WWW-Authenticate: Digest realm="b", nonce="n3", algorithm=SHA-512-256`
		stale    = `WWW-Authenticate: Digest realm="a", nonce="n4", stale=TRUE`
		aka      = `WWW-Authenticate: Digest realm="a", nonce="n5", algorithm=AKAv1-MD5`
		unknown  = `WWW-Authenticate: Digest realm="a", nonce="n6", algorithm=ROT13`
		bad      = `WWW-Authenticate: Digest realm="a`
		proxy    = `Proxy-Authenticate: Digest realm="a", nonce="n7"`
		answered = `Authorization: Digest username="alice", realm="a", nonce="n0", uri="sip:example.com", response="0123456789abcdef0123456789abcdef"` + "\r\n"
	)
	for _, test := range []struct {
		name, had string
		status    int
		fields    []string
		nonces    string // of the credentials of the new request, in order
		code      sipwire.Code
	}{
		{"one", "", 401, []string{md5}, "n1", 0},
		{"the strongest", "", 401, []string{md5, sha}, "n2", 0},
		{"the strongest is first", "", 401, []string{sha, md5}, "n2", 0},
		{"the first realm", "", 401, []string{md5, other}, "n1", 0},
		{"of the first realm", "", 401, []string{md5, other, sha}, "n2", 0},
		{"proxy", "", 407, []string{md5, proxy}, "n7", 0},
		{"not the last", "", 401, []string{bad, unknown, aka, md5}, "n1", 0},
		{"stale", answered, 401, []string{stale}, "n4", 0},
		{"the other realm", answered, 401, []string{md5, other}, "n0 n3", 0},
		{"proxy as well", answered, 407, []string{proxy}, "n7", 0},
		{"wrong password", answered, 401, []string{md5, sha}, "", sipwire.ErrMissing},
		{"nothing usable", "", 401, []string{bad, unknown, aka}, "", sipwire.ErrMissing},
		{"none", "", 401, []string{proxy}, "", sipwire.ErrMissing},
		{"no challenge", "", 403, []string{md5}, "", sipwire.ErrState},
	} {
		t.Run(test.name, func(t *testing.T) {
			req, response := whole(t, registerMsg+test.had+"\r\n"), whole(t, challengeMsg(test.status, test.fields...))
			out, err := newAuthenticator().AppendRetry([]byte("kept"), req, response)
			if code, _ := err.(sipwire.Code); code != test.code || !strings.HasPrefix(string(out), "kept") {
				t.Fatalf("%v, %.10q", err, out)
			}
			if err != nil {
				if string(out) != "kept" || response.Fault().Code != test.code {
					t.Errorf("%q, %v", out, response.Fault())
				}
				return
			}
			again := whole(t, string(out[len("kept"):]))
			id := header.IDAuthorization
			if test.status == 407 {
				id = header.IDProxyAuthorization
			}
			var nonces []string
			var c auth.Credentials
			for f := range again.All(id) {
				if _, err := c.Parse(f.Value); err != nil {
					t.Fatal(err)
				}
				nonces = append(nonces, string(c.Nonce()))
			}
			if got := strings.Join(nonces, " "); got != test.nonces {
				t.Errorf("nonces %q, want %q", got, test.nonces)
			}
			// The new request is the old one but for three things.
			via, _ := again.TopVia()
			cseq, _ := again.CSeq()
			if string(via.Branch()) == "z9hG4bKold" || !via.HasMagicCookie() || cseq.Number() != 8 {
				t.Errorf("%s", again.Bytes())
			}
			for _, id := range []header.ID{header.IDFrom, header.IDTo, header.IDCallID, header.IDMaxForwards} {
				if string(again.Value(id)) != string(req.Value(id)) {
					t.Errorf("%v is %q", id, again.Value(id))
				}
			}
		})
	}
}

// TestAuthenticatorAccepted asks a server for its verdict, with a body that is
// part of the digest.
func TestAuthenticatorAccepted(t *testing.T) {
	for _, qop := range []string{"auth", "auth-int"} {
		req := whole(t, registerMsg+"Content-Type: a/b\r\nContent-Length: 4\r\n\r\nbody")
		response := whole(t, challengeMsg(401, `WWW-Authenticate: Digest realm="a", nonce="n", algorithm=SHA-256, qop="`+qop+`"`))
		out, err := newAuthenticator().AppendRetry(nil, req, response)
		if err != nil {
			t.Fatal(err)
		}
		again := whole(t, string(out))
		var c auth.Credentials
		if err := again.Read(header.IDAuthorization, c.Parse); err != nil {
			t.Fatal(err)
		}
		var d digest.Digester
		offer := &digest.Offer{Realm: []byte("a"), Algorithms: []digest.Algorithm{digest.SHA256}, QOP: digest.LookupQOP([]byte(qop))}
		if !d.Verify(&c, &newAuthenticator().Secret, offer, again.MethodBytes(), again.Body()) {
			t.Errorf("refused: %s", out)
		}
		if d.Verify(&c, &newAuthenticator().Secret, offer, again.MethodBytes(), []byte("else")) != (qop == "auth") {
			t.Errorf("%s: another body", qop)
		}
	}
}

// TestAuthenticatorFaults asks where an error is.
func TestAuthenticatorFaults(t *testing.T) {
	response := whole(t, challengeMsg(401, `WWW-Authenticate: Digest realm="a", nonce="n"`))
	noVia := new(codec.Message)
	if err := noVia.Parse([]byte(strings.Replace(registerMsg, "Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKold\r\n", "", 1) + "\r\n")); err != nil {
		t.Fatal(err)
	}
	if _, err := newAuthenticator().AppendRetry(nil, noVia, response); !errors.Is(err, sipwire.ErrMissing) || noVia.Fault().Header != header.IDVia {
		t.Errorf("%v, %v", err, noVia.Fault())
	}
	injected := &Authenticator{Secret: digest.Secret{Username: []byte("a\r\nb"), Password: []byte("x")}}
	if _, err := injected.AppendRetry(nil, whole(t, registerMsg+"\r\n"), response); !errors.Is(err, sipwire.ErrInjection) {
		t.Errorf("%v", err)
	}
	if _, err := newAuthenticator().AppendRetry(nil, response, response); !errors.Is(err, sipwire.ErrState) {
		t.Errorf("a response is no request: %v", err)
	}
}
