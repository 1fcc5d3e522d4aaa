package stack

import (
	"context"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stack/resolve"
	"github.com/sipwire/sipwire/transaction"
	"github.com/sipwire/sipwire/uri"
)

// An Outgoing is a request to be sent outside of a dialog. Via, Max-Forwards
// and, where one belongs, Contact are made for it.
type Outgoing struct {
	Method string
	URI    string // the Request-URI
	// From and To are URIs. From is that of Contact by default, and To that of
	// the request. Name is the display name of From.
	From, To, Name string
	// Route is a URI that the request goes to instead of URI, such as an
	// outbound proxy: sip:proxy.example.com;lr. It becomes a Route.
	Route string
	// CallID, FromTag and CSeq are made when they are zero. A REGISTER that
	// refreshes another one has the same Call-ID and a higher CSeq.
	CallID, FromTag string
	CSeq            uint32

	Fields      []compose.HeaderField // in this order, behind those of the stack
	ContentType string                // of Body
	Body        []byte

	// User and Password answer a challenge. Without a password there is no
	// answer.
	User, Password string
	// Provisional gets the provisional responses, while Do waits: one after the
	// other, in the goroutine of Do.
	Provisional func(*Response)
}

// A building is an Outgoing on its way.
type building struct {
	o       *Outgoing
	stack   *Stack
	invite  bool
	creates bool // it makes a dialog, or tells a registrar about Contact
	fromTag []byte
	callID  []byte
	cseq    uint32
	fields  []compose.HeaderField // those of o, or what a response has made of them
	second  second
}

// A target is one of the resolver, or a connection that is there.
type target struct {
	resolve.Target
	flow uint64
}

func (s *Stack) prepare(o *Outgoing) (*building, error) {
	b := &building{o: o, stack: s, fromTag: []byte(o.FromTag), callID: []byte(o.CallID), cseq: o.CSeq, fields: o.Fields}
	b.second.secret = secretOf(o.User, o.Password)
	m := header.LookupMethod([]byte(o.Method))
	b.invite = m == header.MethodINVITE
	b.creates = m.CreatesDialog() || m.IsTargetRefresh() || m == header.MethodREGISTER || m == header.MethodOPTIONS
	if o.FromTag == "" {
		b.fromTag = compose.AppendTag(nil)
	}
	if o.CallID == "" {
		var err error
		if b.callID, err = compose.AppendCallID(nil, nil); err != nil {
			return nil, err
		}
	}
	if b.cseq == 0 {
		b.cseq = 1
	}
	return b, nil
}

// targetsOf finds where a request goes (RFC 3261, 8.1.2).
func (s *Stack) targetsOf(ctx context.Context, b *building) ([]target, error) {
	text := b.o.Route
	if text == "" {
		text = b.o.URI
	}
	u, err := uri.Parse([]byte(text))
	if err != nil {
		return nil, err
	}
	// The size with any address is that with the one it goes to, but for a few
	// bytes of Via and Contact.
	raw, err := b.appendTo(nil, transaction.Addr{Transport: header.TransportUDP})
	if err != nil {
		return nil, err
	}
	return s.targets(ctx, &u, len(raw))
}

// targets resolves a URI for a request with a size. A long one takes TCP first
// where the URI leaves the choice (RFC 3261, 18.1.1).
func (s *Stack) targets(ctx context.Context, u *uri.URI, size int) ([]target, error) {
	d, err := codec.RequestDestination(u)
	if err != nil {
		return nil, err
	}
	found, err := s.resolver.Targets(ctx, d)
	if err != nil {
		return nil, err
	}
	_, chosen := u.Transport()
	var all []target
	for _, t := range found {
		if t.Transport == header.TransportUDP && size > s.config.MaxUDP && !chosen {
			tcp := t
			tcp.Transport = header.TransportTCP
			all = append(all, target{Target: tcp})
		}
		all = append(all, target{Target: t})
	}
	return all, nil
}

// appendTo writes the request as it is sent to an address.
func (b *building) appendTo(dst []byte, to transaction.Addr) ([]byte, error) {
	o, s := b.o, b.stack
	var w compose.Builder
	_ = w.Request([]byte(o.Method), []byte(o.URI)) // errors stay, and come from AppendTo
	via, err := s.via(to)
	if err != nil {
		return nil, err
	}
	_ = w.Raw([]byte("Via"), via)
	if o.Route != "" {
		_ = w.Addr(header.IDRoute, &compose.Address{URI: []byte(o.Route)})
	}
	_ = w.Number(header.IDMaxForwards, codec.DefaultMaxForwards)
	from, rcpt := o.From, o.To
	if from == "" {
		from = s.URI(s.config.User, to.Transport)
	}
	if rcpt == "" {
		rcpt = o.URI
	}
	name := []byte(o.Name)
	if o.Name == "" {
		name = nil
	}
	_ = w.Addr(header.IDFrom, &compose.Address{Display: name, URI: []byte(from), Tag: b.fromTag})
	_ = w.Addr(header.IDTo, &compose.Address{URI: []byte(rcpt)})
	_ = w.Value(header.IDCallID, b.callID)
	_ = w.CSeq(b.cseq, nil)
	fields := b.second.fields(b.fields)
	if b.creates {
		fields = s.withContact(fields, to)
	}
	for _, f := range fields {
		if f.ID == header.IDOther {
			_ = w.Raw(f.Name, f.Value)
		} else {
			_ = w.Field(f.ID, f.Value)
		}
	}
	if len(o.Body) > 0 {
		_ = w.Body([]byte(o.ContentType), o.Body)
	}
	return w.AppendTo(dst)
}

// via returns the Via of a request. Over TCP and TLS it offers the connection
// for requests that come back, if this side listens for them (RFC 5923, 8.1).
func (s *Stack) via(to transaction.Addr) ([]byte, error) {
	v := codec.ViaSpec{Transport: to.Transport, Host: []byte(s.host), Port: s.portOf(to.Transport), RPort: true, Branch: compose.AppendBranch(nil)}
	b, err := v.AppendTo(nil)
	if v.Port != 0 && (to.Transport == header.TransportTCP || to.Transport == header.TransportTLS) {
		b = append(b, ";alias"...)
	}
	return b, err
}
