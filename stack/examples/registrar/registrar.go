// Package registrar is a registrar (RFC 3261, 10) with Digest authentication,
// in memory. It is an example: what to copy is its shape.
package registrar

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/stack"
)

// Limits and times. A nonce may be used again while it lasts.
const (
	maxUsers    = 100000
	maxBindings = 10 // of one user
	maxExpires  = 3600
	minExpires  = 10
	nonceTime   = time.Minute
	maxNonces   = 10000
)

// A binding is one Contact of a user.
type binding struct {
	uri     string
	callID  string
	cseq    uint32
	expires time.Time
}

// A Registrar answers REGISTER.
type Registrar struct {
	realm    string
	password func(user string) (password string, ok bool)

	mu     sync.Mutex
	users  map[string][]binding
	nonces map[string]time.Time
}

// New makes a Registrar. password, when it is not nil, gives the password of a
// user, and then each REGISTER has to prove that it knows it.
func New(realm string, password func(user string) (string, bool)) *Registrar {
	return &Registrar{realm: realm, password: password, users: map[string][]binding{}, nonces: map[string]time.Time{}}
}

// Lookup returns the URIs that a user is registered with, the last one first.
func (g *Registrar) Lookup(user string) (uris []string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, b := range g.current(user) {
		uris = append(uris, b.uri)
	}
	slices.Reverse(uris)
	return uris
}

// current drops the bindings that are over.
func (g *Registrar) current(user string) []binding {
	now := time.Now()
	left := slices.DeleteFunc(g.users[user], func(b binding) bool { return !now.Before(b.expires) })
	if len(left) == 0 {
		delete(g.users, user)
	} else {
		g.users[user] = left
	}
	return left
}

// ServeSIP answers a request.
func (g *Registrar) ServeSIP(r *stack.Request) {
	if r.Method() != header.MethodREGISTER {
		_ = r.Respond(&compose.Reply{Status: 405, Fields: []compose.HeaderField{{ID: header.IDAllow, Value: []byte("REGISTER")}}})
		return
	}
	to, err := r.ToURI()
	if err != nil {
		_ = r.Respond(&compose.Reply{Status: 400})
		return
	}
	user := string(to.User())
	if g.password != nil && !g.authorized(r, user) {
		_ = r.Respond(&compose.Reply{Status: 401, Fields: []compose.HeaderField{{ID: header.IDWWWAuthenticate, Value: g.challenge()}}})
		return
	}
	_ = r.Respond(g.register(user, r.Message))
}

// challenge makes the value of WWW-Authenticate with a new nonce.
func (g *Registrar) challenge() []byte {
	var b [16]byte
	rand.Read(b[:])
	nonce := hex.EncodeToString(b[:])
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	for n, end := range g.nonces {
		if now.After(end) || len(g.nonces) >= maxNonces {
			delete(g.nonces, n)
		}
	}
	g.nonces[nonce] = now.Add(nonceTime)
	return fmt.Appendf(nil, `Digest realm="%s", nonce="%s", algorithm=SHA-256, qop="auth"`, g.realm, nonce)
}

// authorized reports whether a request proves that its sender knows the
// password of the user (RFC 3261, 22.4).
func (g *Registrar) authorized(r *stack.Request, user string) bool {
	for f := range r.All(header.IDAuthorization) {
		var c auth.Credentials
		if _, err := c.Parse(f.Value); err != nil || string(c.Realm()) != g.realm || string(c.Username()) != user ||
			string(c.URI()) != string(r.RequestURIBytes()) {
			continue
		}
		g.mu.Lock()
		end, known := g.nonces[string(c.Nonce())]
		g.mu.Unlock()
		password, ok := g.password(user)
		var d digest.Digester
		offer := digest.Offer{Realm: []byte(g.realm), Algorithms: []digest.Algorithm{digest.SHA256}, QOP: digest.QOPAuth}
		secret := digest.Secret{Password: []byte(password)}
		if known && ok && time.Now().Before(end) && d.Verify(&c, &secret, &offer, r.MethodBytes(), r.Body()) {
			return true
		}
	}
	return false
}

// register does what a REGISTER asks for (RFC 3261, 10.3) and returns the
// answer: all or nothing.
func (g *Registrar) register(user string, m *codec.Message) *compose.Reply {
	callID, _ := m.CallID()
	cseq, err := m.CSeq()
	if err != nil {
		return &compose.Reply{Status: 400}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	bindings := slices.Clone(g.current(user))
	fallback := uint32(maxExpires)
	if seconds, err := m.Expires(); err == nil {
		fallback = seconds
	}
	for c, err := range m.Contacts() {
		if err != nil {
			return &compose.Reply{Status: 400}
		}
		if c.IsWildcard() {
			if fallback != 0 || m.CountValues(header.IDContact) != 1 {
				return &compose.Reply{Status: 400} // RFC 3261, 10.3, step 6
			}
			bindings = nil
			break
		}
		seconds := fallback
		if s, ok := c.Expires(); ok {
			seconds = s
		}
		if seconds != 0 && seconds < minExpires {
			return &compose.Reply{Status: 423, Fields: []compose.HeaderField{{ID: header.IDMinExpires, Value: fmt.Append(nil, minExpires)}}}
		}
		text := string(c.URIBytes())
		at := slices.IndexFunc(bindings, func(b binding) bool { return b.uri == text })
		if at >= 0 {
			if b := bindings[at]; b.callID == string(callID) && cseq.Number() <= b.cseq {
				return &compose.Reply{Status: 500} // it came late: step 7
			}
			bindings = slices.Delete(bindings, at, at+1)
		}
		if seconds > 0 {
			end := now.Add(time.Duration(min(seconds, maxExpires)) * time.Second)
			bindings = append(bindings, binding{text, string(callID), cseq.Number(), end})
		}
	}
	if len(bindings) > maxBindings || len(g.users) >= maxUsers && g.users[user] == nil {
		return &compose.Reply{Status: 503}
	}
	g.users[user] = bindings
	reply := &compose.Reply{Status: 200}
	for _, b := range g.current(user) {
		left := int(b.expires.Sub(now).Seconds() + 0.5)
		reply.Fields = append(reply.Fields, compose.HeaderField{ID: header.IDContact,
			Value: fmt.Appendf(nil, "<%s>;expires=%d", b.uri, left)})
	}
	return reply
}
