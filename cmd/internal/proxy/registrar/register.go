package registrar

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/uri"
)

// A Session is what one goroutine needs to use a Registrar.
type Session struct {
	digester digest.Digester
	aor      []byte
	found    []*Binding
	text     []byte
	fields   []compose.HeaderField
	reply    compose.Reply
}

// Register does what a REGISTER says (RFC 3261, 10.3), which came over the
// given transport from src, and returns the parts of its answer: valid until
// the Session is used again. A REGISTER is for one transaction; its repeats are
// not to come here.
func (r *Registrar) Register(s *Session, m *codec.Message, t header.Transport, src forward.Source, now time.Time) *compose.Reply {
	s.fields, s.text = s.fields[:0], s.text[:0]
	s.reply = compose.Reply{}
	s.reply.Status = r.register(s, m, t, src, now)
	s.reply.Fields = s.fields
	return &s.reply
}

// field adds a header field whose value is what s.text has from an offset on.
func (s *Session) field(id header.ID, from int) {
	s.fields = append(s.fields, compose.HeaderField{ID: id, Value: s.text[from:len(s.text):len(s.text)]})
}

func (s *Session) add(id header.ID, value string) {
	from := len(s.text)
	s.text = append(s.text, value...)
	s.field(id, from)
}

func (r *Registrar) register(s *Session, m *codec.Message, t header.Transport, src forward.Source, now time.Time) int {
	// Step 2.
	for tag := range m.Values(header.IDRequire) {
		if o := header.LookupOption(tag); o != header.OptionPath && o != header.OptionOutbound {
			from := len(s.text)
			s.text = append(s.text, tag...)
			s.field(header.IDUnsupported, from)
		}
	}
	if len(s.fields) > 0 {
		return 420
	}
	to, err := m.ToURI()
	if err != nil {
		s.reply.Reason = []byte("Bad To")
		return 400
	}
	// Steps 3 and 4.
	if status := r.authenticate(s, m, to, now); status != 0 {
		return status
	}
	// Step 5.
	if !to.HasUser() || !r.Serves(to) {
		return 404
	}
	// Steps 6 and 7.
	change, status := r.read(s, m, t, src, now)
	if status != 0 {
		return status
	}
	s.aor = appendAOR(s.aor[:0], to)
	r.mu.Lock()
	defer r.mu.Unlock()
	all, status := r.apply(s, change, now)
	if status != 0 {
		return status
	}
	// Step 8.
	outbound := false
	for _, b := range all {
		from := len(s.text)
		s.text = b.appendTo(s.text, now)
		s.field(header.IDContact, from)
		outbound = outbound || b.regID != 0 && b.callID == string(m.Value(header.IDCallID))
	}
	if path := change.path; path != nil && supports(m, header.OptionPath) {
		s.add(header.IDPath, string(path))
	}
	if outbound {
		s.add(header.IDRequire, "outbound")
	}
	return 200
}

// supports reports whether the client supports an option.
func supports(m *codec.Message, o header.Option) bool {
	for tag := range m.Values(header.IDSupported) {
		if header.LookupOption(tag) == o {
			return true
		}
	}
	return false
}

// appendTo appends the binding as a value of Contact.
func (b *Binding) appendTo(dst []byte, now time.Time) []byte {
	dst = append(append(append(dst, '<'), b.contact...), '>')
	if b.Q != 1000 {
		dst = append(dst, ";q=0."...)
		dst = append(dst, byte('0'+b.Q/100), byte('0'+b.Q/10%10), byte('0'+b.Q%10))
	}
	if b.instance != "" {
		dst = append(append(append(dst, ";+sip.instance=\"<"...), b.instance...), ">\""...)
	}
	if b.regID != 0 {
		dst = strconv.AppendUint(append(dst, ";reg-id="...), uint64(b.regID), 10)
	}
	// A rest of a second counts as one: 0 would be a binding that is removed.
	return strconv.AppendUint(append(dst, ";expires="...), uint64((b.until.Sub(now)+time.Second-1)/time.Second), 10)
}

// authenticate checks the credentials of a REGISTER (10.3, steps 3 and 4; 22.4).
func (r *Registrar) authenticate(s *Session, m *codec.Message, to *uri.URI, now time.Time) int {
	if r.digest == nil {
		return 0
	}
	stale := false
	for f := range m.All(header.IDAuthorization) {
		var c auth.Credentials
		if _, err := c.Parse(f.Value); err != nil || !r.digest.Offer.Includes(&c) || !r.isFor(&c, m) {
			continue
		}
		s.aor = header.AppendUnquoted(s.aor[:0], c.Username())
		secret := r.config.Users.secret(s.aor, digest.LookupAlgorithm(c.Algorithm()))
		switch r.digest.Check(&s.digester, &c, &secret, m.MethodBytes(), m.Body(), now) {
		case digest.Accepted:
			name := len(s.aor)
			if s.aor = to.AppendUser(s.aor); !bytes.Equal(s.aor[:name], s.aor[name:]) {
				return 403 // nobody registers another one
			}
			return 0
		case digest.Stale:
			stale = true
		}
	}
	for _, a := range r.digest.Offer.Algorithms {
		from := len(s.text)
		var err error
		if s.text, err = r.digest.AppendChallenge(s.text, a, stale, now); err == nil {
			s.field(header.IDWWWAuthenticate, from)
		}
	}
	return 401
}

// isFor reports whether credentials are for this request: their URI names what
// the Request-URI does (22.4, point 5).
func (r *Registrar) isFor(c *auth.Credentials, m *codec.Message) bool {
	if bytes.Equal(c.URI(), m.RequestURIBytes()) {
		return true
	}
	u, err := uri.Parse(c.URI())
	target, err2 := m.RequestURI()
	return err == nil && err2 == nil && uri.Equal(&u, target)
}

// change is what a REGISTER asks for.
type change struct {
	all  bool       // Contact: *
	set  []*Binding // until is zero for one to be removed
	path []byte
}

var errPath = errors.New("a Path that cannot be used")

// read reads the contacts of a REGISTER. The status is that of a refusal, or 0.
func (r *Registrar) read(s *Session, m *codec.Message, t header.Transport, src forward.Source, now time.Time) (c change, status int) {
	bad := func(reason string) (change, int) {
		s.reply.Reason = []byte(reason)
		return change{}, 400
	}
	general, err := m.Expires()
	if err != nil && !m.Has(header.IDExpires) {
		general = uint32(r.config.DefaultExpires / time.Second)
	}
	cseq, _ := m.CSeq() // has been checked
	path, err := readPath(m)
	if err != nil {
		return bad("Bad Path")
	}
	c.path = path.list
	n := 0
	for v, err := range m.Contacts() {
		if err != nil {
			return bad("Bad Contact")
		}
		if n++; n > r.config.MaxContacts {
			return change{}, 403
		}
		b := &Binding{Path: path.list, Source: src, callID: string(m.Value(header.IDCallID)), cseq: cseq.Number()}
		if c.all = c.all || v.IsWildcard(); c.all {
			if general != 0 || n > 1 || !m.Has(header.IDExpires) {
				return bad("Bad Contact")
			}
			c.set = append(c.set, b)
			continue
		}
		var u uri.URI
		if _, err := v.ParseURI(&u); err != nil || !u.IsSIP() {
			return bad("Bad Contact")
		}
		b.contact = bytes.Clone(u.Bytes())
		b.URI = b.contact[:len(forward.WithoutHeaders(&u))]
		b.Q, _ = v.Q()
		if isFolded(v.Instance()) {
			return bad("Bad Contact")
		}
		b.instance = string(v.Instance())
		if id, ok := v.RegID(); ok && b.instance != "" && supports(m, header.OptionOutbound) {
			if m.CountValues(header.IDVia) > 1 && !path.ob {
				return change{}, 439 // the client's first hop keeps no flow (RFC 5626, 6)
			}
			b.regID = id
		}
		if !r.aim(b, &u, path.first, t, src) && !r.config.ListOnly {
			return bad("Contact Not Reachable")
		}
		seconds, ok := v.Expires()
		if !ok {
			seconds = general
		}
		switch d := time.Duration(seconds) * time.Second; {
		case d == 0:
		case d < r.config.MinExpires:
			from := len(s.text)
			s.text = strconv.AppendUint(s.text, uint64(r.config.MinExpires/time.Second), 10)
			s.field(header.IDMinExpires, from)
			return change{}, 423
		default:
			b.until = now.Add(min(d, r.config.MaxExpires))
		}
		c.set = append(c.set, b)
	}
	return c, 0
}

// aim says where requests for the binding go: to the first element of its Path,
// over the flow of its REGISTER (RFC 5626, 5.3), or to its URI. A client whose
// URI leads nowhere from here is reached over its connection all the same.
func (r *Registrar) aim(b *Binding, u, path *uri.URI, t header.Transport, src forward.Source) bool {
	if path != nil {
		u = path
	}
	d, err := codec.RequestDestination(u)
	addr, isAddr := d.AddrPort()
	isName := err == nil && !isAddr && len(d.Host) > 0
	ok := isName || err == nil && forward.IsOneHost(addr.Addr())
	switch {
	case ok && !isName:
		b.To = forward.Peer{Transport: d.Transport, Addr: addr}
	case isName && (path != nil || !r.Serves(u)):
		// Who has the name is asked when a request comes (RFC 3263): its address
		// may change while the binding lasts. What has a name of a domain of the
		// registrar is kept, and is no target: requests would come back.
		b.Name = d
		b.Name.Host = bytes.Clone(d.Host)
	}
	switch {
	case path != nil:
	case b.regID != 0 && !t.IsReliable():
		b.To, b.Name = forward.Peer{Transport: t, Addr: src.Addr}, codec.Destination{}
		return true
	case b.regID != 0:
		b.To, b.Name = forward.Peer{Transport: t, Flow: src.Addr, Serial: src.Serial}, codec.Destination{}
		return true
	case t.IsReliable() && (!ok || d.Transport == t || isName):
		b.To.Transport, b.To.Flow, b.To.Serial = t, src.Addr, src.Serial
		return true
	}
	return ok
}

// path is what the Path values of a REGISTER say (RFC 3327). The zero path is that
// of a REGISTER without.
type path struct {
	list  []byte   // all of them
	first *uri.URI // that requests are sent to
	// ob says that the client's first hop, which has the last value, keeps flows
	// (RFC 5626, 5.1).
	ob bool
}

func readPath(m *codec.Message) (p path, err error) {
	for v, err := range m.NameAddrs(header.IDPath) {
		if err != nil {
			return path{}, err
		}
		var u uri.URI
		if _, err := v.ParseURI(&u); err != nil {
			return path{}, err
		}
		if p.first == nil {
			if p.first = &u; !u.LR() {
				return path{}, errPath // a strict router is not served here
			}
		} else {
			p.list = append(p.list, ", "...)
		}
		p.list, p.ob = append(p.list, v.Bytes()...), u.OB()
	}
	if isFolded(p.list) {
		return path{}, errPath
	}
	return p, nil
}

// isFolded reports whether a value goes over several lines (RFC 3261, 7.3.1).
// It cannot be written into another message as it is.
func isFolded(b []byte) bool { return bytes.ContainsAny(b, "\r\n") }

// apply changes the bindings of s.aor, all or none (10.3, steps 6 and 7), and
// returns those that are there now. r.mu is held.
func (r *Registrar) apply(s *Session, c change, now time.Time) ([]*Binding, int) {
	old := r.byAOR[string(s.aor)]
	all := inForce(old, now)
	if c.set == nil {
		return all, 0 // only asked for
	}
	all = append([]*Binding(nil), all...)
	for _, b := range c.set {
		for i := 0; i < len(all); i++ {
			o := all[i]
			if !c.all && !b.same(o) {
				continue
			}
			// A contact may be listed twice: the later one counts.
			if o.callID == b.callID && b.cseq <= o.cseq && !slices.Contains(c.set, o) {
				s.reply.Reason = []byte("CSeq Out Of Order")
				return nil, 500
			}
			all = append(all[:i], all[i+1:]...)
			i--
		}
		if !b.until.IsZero() {
			all = append(all, b)
		}
	}
	if len(all) > r.config.MaxContacts {
		s.reply.Reason = []byte("Too Many Contacts")
		return nil, 403
	}
	if r.count+len(all)-len(old) > r.config.MaxBindings && len(all) > len(old) {
		if now.Sub(r.swept) >= time.Second {
			r.sweep(now) // it looks at all of them: not for each REGISTER of a flood
		}
		if r.count+len(all)-len(r.byAOR[string(s.aor)]) > r.config.MaxBindings {
			s.add(header.IDRetryAfter, "60")
			return nil, 503
		}
	}
	r.put(string(s.aor), all)
	return all, 0
}
