package compose

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
)

// TestTypedFields puts typed values into a response.
func TestTypedFields(t *testing.T) {
	req := whole(t, optionsMsg+"\r\n")
	contact := &Address{Display: []byte(`Bob "B"`), URI: []byte("sip:bob@b.example"), Params: []Param{{Name: []byte("expires"), Value: []byte("60")}}}
	challenge := &digest.Challenge{Realm: []byte("r"), Nonce: []byte("n"), Algorithm: digest.MD5, QOP: digest.QOPAuth}
	for _, test := range []struct {
		field HeaderField
		want  string
		code  sipwire.Code
	}{
		{HeaderField{ID: header.IDContact, Addr: contact}, `Contact: "Bob \"B\"" <sip:bob@b.example>;expires=60`, 0},
		{HeaderField{Name: []byte("m"), Addr: contact}, `m: "Bob \"B\"" <sip:bob@b.example>;expires=60`, 0},
		{HeaderField{ID: header.IDWWWAuthenticate, Challenge: challenge}, `WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"`, 0},
		{HeaderField{ID: header.IDProxyAuthenticate, Challenge: challenge}, `Proxy-Authenticate: Digest realm="r", nonce="n", algorithm=MD5, qop="auth"`, 0},
		{HeaderField{ID: header.IDServer, Addr: contact}, "", sipwire.ErrState},
		{HeaderField{Name: []byte("X-Y"), Addr: contact}, "", sipwire.ErrState},
		{HeaderField{ID: header.IDContact, Challenge: challenge}, "", sipwire.ErrState},
		{HeaderField{ID: header.IDContact, Addr: contact, Value: []byte("x")}, "", sipwire.ErrConflict},
		{HeaderField{ID: header.IDContact, Addr: contact, Challenge: challenge}, "", sipwire.ErrConflict},
		{HeaderField{ID: header.IDContact, Addr: &Address{URI: []byte("x y")}}, "", sipwire.ErrScheme},
		{HeaderField{ID: header.IDWWWAuthenticate, Challenge: &digest.Challenge{}}, "", sipwire.ErrParam},
	} {
		out, err := AppendReply([]byte("x"), req, &Reply{Status: 401, Tag: []byte("t"), Fields: []HeaderField{test.field}})
		if !errors.Is(err, test.code.Err()) || test.code == 0 && !strings.Contains(string(out), "\r\n"+test.want+"\r\n") || test.code != 0 && string(out) != "x" {
			t.Errorf("%+v: %q, %v, want %q, %v", test.field, out, err, test.want, test.code.Err())
		}
		if test.code != 0 && req.Fault().Code != test.code {
			t.Errorf("%+v: fault %+v", test.field, req.Fault())
		}
	}
	r := &Reply{Status: 401, Tag: []byte("t"), Fields: []HeaderField{{ID: header.IDContact, Addr: contact}, {ID: header.IDWWWAuthenticate, Challenge: challenge}}}
	dst := make([]byte, 0, 2048)
	if n := testing.AllocsPerRun(10, func() { _, _ = AppendReply(dst, req, r) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAppendCallIDAddr(t *testing.T) {
	for addr, want := range map[string]string{"192.0.2.1": "@192.0.2.1", "::ffff:192.0.2.1": "@192.0.2.1", "2001:db8::1": "@[2001:db8::1]", "fe80::1%eth0": ""} {
		got, err := AppendCallIDAddr([]byte("x"), netip.MustParseAddr(addr))
		if want == "" && (string(got) != "x" || !errors.Is(err, sipwire.ErrHost)) || want != "" && (err != nil || !strings.HasSuffix(string(got), want) || len(got) != 21+len(want)) {
			t.Errorf("%s: %q, %v", addr, got, err)
		}
		if _, _, err := header.ParseCallID(got[1:]); want != "" && err != nil {
			t.Errorf("%q: %v", got, err)
		}
	}
	if got, err := AppendCallIDAddr(nil, netip.Addr{}); !errors.Is(err, sipwire.ErrHost) || got != nil {
		t.Errorf("no address: %q, %v", got, err)
	}
}
