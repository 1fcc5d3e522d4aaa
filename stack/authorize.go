package stack

import (
	"math"
	"slices"
	"strconv"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/digest"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/header/ext"
)

// maxAgain bounds how often a request is sent again with what a response asks
// for: the challenges of some proxies and of the other side, a nonce that has
// become stale, a session interval.
const maxAgain = 6

// A second is what a request is sent again with.
type second struct {
	secret digest.Secret
	given  []given
}

// given is one answer to a challenge.
type given struct {
	realm string
	field compose.HeaderField
}

// fields returns those of the caller and the credentials.
func (s *second) fields(own []compose.HeaderField) []compose.HeaderField {
	all := own[:len(own):len(own)]
	for i := range s.given {
		all = append(all, s.given[i].field)
	}
	return all
}

// answer answers the challenges of a 401 or 407, the best one of each realm (RFC
// 3261, 22). It reports false when the request is not worth sending again: no
// challenge can be answered, or one was answered before and the password is
// wrong.
func (s *second) answer(m *codec.Message, a digest.Answer) bool {
	if s.secret.Password == nil {
		return false
	}
	id, credentials := header.IDWWWAuthenticate, header.IDAuthorization
	if m.Status() == 407 {
		id, credentials = header.IDProxyAuthenticate, header.IDProxyAuthorization
	}
	best := map[string]auth.Challenge{}
	for f := range m.All(id) {
		var c auth.Challenge
		if _, err := c.Parse(f.Value); err != nil {
			continue
		}
		if b := best[string(c.Realm())]; digest.Beats(&c, &b) {
			best[string(c.Realm())] = c
		}
	}
	a.Secret = s.secret
	for realm, c := range best {
		at := s.find(realm, credentials)
		if at < len(s.given) && !c.Stale() {
			return false
		}
		a.CNonce = compose.AppendTag(nil)
		var d digest.Digester
		v, err := d.AppendCredentials(nil, &c, &a)
		if err != nil {
			return false
		}
		g := given{realm, compose.HeaderField{ID: credentials, Value: v}}
		if at == len(s.given) {
			s.given = append(s.given, g)
		} else {
			s.given[at] = g
		}
	}
	return len(best) > 0
}

// find returns the place of the answer to a realm, len(s.given) for none.
func (s *second) find(realm string, id header.ID) int {
	for i := range s.given {
		if s.given[i].realm == realm && s.given[i].field.ID == id {
			return i
		}
	}
	return len(s.given)
}

// raise answers a 422: it returns the fields with a Session-Expires of at least
// the Min-SE of the response, and with that Min-SE (RFC 4028, 7.3). It is not ok
// when that changes nothing.
func raise(fields []compose.HeaderField, m *codec.Message) (raised []compose.HeaderField, ok bool) {
	var least header.DeltaSeconds
	if m.Read(header.IDMinSE, least.Parse) != nil || least.Seconds() > math.MaxInt32 {
		return fields, false
	}
	for _, f := range fields {
		switch f.ID {
		case header.IDMinSE:
			continue
		case header.IDSessionExpires:
			var se ext.SessionExpires
			if _, err := se.Parse(f.Value); err != nil || se.Seconds() >= least.Seconds() {
				return fields, false
			}
			f.Value = strconv.AppendUint(nil, uint64(least.Seconds()), 10)
			switch se.Refresher() {
			case ext.RefresherUAC:
				f.Value = append(f.Value, ";refresher=uac"...)
			case ext.RefresherUAS:
				f.Value = append(f.Value, ";refresher=uas"...)
			}
			ok = true
		}
		raised = append(raised, f)
	}
	if !ok {
		return fields, false
	}
	return append(raised, compose.HeaderField{ID: header.IDMinSE, Value: strconv.AppendUint(nil, uint64(least.Seconds()), 10)}), true
}

// again reports whether the request is worth sending again after a response.
func (b *building) again(r *Response) bool {
	switch r.Status() {
	case 401, 407:
		return b.second.answer(r.Message, digest.Answer{Method: []byte(b.o.Method), URI: []byte(b.o.URI), Body: b.o.Body})
	case 422:
		fields, ok := raise(b.fields, r.Message)
		b.fields = fields
		return ok
	}
	return false
}

// again changes a request within the dialog after a response, and reports
// whether it is worth sending again.
func (d *Dialog) again(s *second, r *compose.Request, res *Response) bool {
	switch res.Status() {
	case 401, 407:
		var m codec.Message
		c := d.core
		c.lock()
		s.secret = d.secret
		text := append([]byte(nil), c.layer.Text(d.handle)...)
		c.unlock()
		if m.Parse(text) != nil {
			return false
		}
		target, err := m.RemoteTarget()
		return err == nil && s.answer(res.Message, digest.Answer{Method: r.Method, URI: codec.AppendRequestURI(nil, target), Body: r.Body})
	case 422:
		fields, ok := raise(r.Fields, res.Message)
		if ok {
			r.Fields = fields
			return true
		}
		// The interval is that of the dialog, which has seen the response.
		return res.Has(header.IDMinSE) && !hasField(r.Fields, header.IDSessionExpires)
	}
	return false
}

func hasField(fields []compose.HeaderField, id header.ID) bool {
	return slices.ContainsFunc(fields, func(f compose.HeaderField) bool { return f.ID == id })
}

// SetCredentials sets what answers a 401 or 407 to a request in the dialog. The
// dialogs that a request of [Stack.Do] makes have those of its Outgoing.
func (d *Dialog) SetCredentials(user, password string) {
	d.core.lock()
	defer d.core.unlock()
	d.secret = secretOf(user, password)
}

// secretOf is without a Password when there is none.
func secretOf(user, password string) (s digest.Secret) {
	if password != "" {
		s = digest.Secret{Username: []byte(user), Password: []byte(password)}
	}
	return s
}
