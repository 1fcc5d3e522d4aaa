package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// Where a request goes: route sets, remote targets and next hops.

// AppendRouteSet appends the route set of the dialog that a message creates,
// from its Record-Route values: in their order for the UAS, which reads the
// request (RFC 3261, 12.1.1), in reverse order for the UAC, which reads the
// response (12.1.2). An empty route set appends nothing. [Either] is as [UAS].
//
// A value that does not parse, or whose URI does not, is an error, with dst as
// it was: requests sent without it would be sent to the wrong place.
func (m *Message) AppendRouteSet(dst []header.NameAddr, side Side) ([]header.NameAddr, error) {
	n := len(dst)
	set := dst
	for v, err := range m.RecordRoutes() {
		if err != nil {
			return dst, err
		}
		if k, err := v.Check(header.IDRecordRoute); err != nil {
			return dst, m.inValue(header.IDRecordRoute, len(set)-n, k, err)
		}
		set = append(set, v)
	}
	if side == UAC {
		for i, j := n, len(set)-1; i < j; i, j = i+1, j-1 {
			set[i], set[j] = set[j], set[i]
		}
	}
	return set, nil
}

// inValue locates an error at index k of the field that holds the given value
// of a list, counted from 0.
func (m *Message) inValue(id header.ID, value, k int, err error) error {
	for i := m.Index(id); i >= 0; i = m.Next(i) {
		f := m.fields[i]
		field := m.view(f.value, f.end)
		for next := 0; next <= len(field); value-- {
			if value == 0 {
				return m.located(id, int(f.value)+k, err)
			}
			_, _, next = id.NextValue(field, next)
		}
	}
	return m.located(id, m.body, err)
}

// RemoteTarget returns the URI of the first Contact: the remote target of the
// dialog for the element that receives the message (RFC 3261, 12.1.1 and 12.1.2). It is
// kept in m as the typed values are. "*" is ErrWildcard.
func (m *Message) RemoteTarget() (*uri.URI, error) {
	if m.unread(slotTarget) {
		v, _ := m.Contact()
		_, offset, _ := m.find(header.IDContact)
		if v.IsWildcard() {
			m.keep(slotTarget, header.IDContact, offset, sipwire.ErrWildcard)
		} else {
			m.readAddrURI(slotTarget, slotContact, header.IDContact, &v.NameAddr, &m.typed.target)
		}
	}
	return &m.typed.target, m.verdict(slotTarget)
}

// RefreshesTarget reports whether the message replaces the remote target of
// its dialog with its own: a target refresh request within a dialog (RFC 3261,
// 12.2.2), or a 2xx to one (12.2.1.2), that has a Contact with a good URI.
func (m *Message) RefreshesTarget() bool {
	method := m.method
	if m.status != 0 {
		if m.status/100 != 2 {
			return false
		}
		cseq, _ := m.CSeq()
		method = cseq.Method()
	}
	if !method.IsTargetRefresh() || !m.InDialog() {
		return false
	}
	_, err := m.RemoteTarget()
	return err == nil
}

// A Routing says how to send a request within a dialog (RFC 3261, 12.2.1.1).
type Routing struct {
	// RequestURI is to be the Request-URI; [AppendRequestURI] writes it.
	RequestURI uri.URI
	// Destination is where the request goes (8.1.2).
	Destination uri.URI
	// Routes are to be the Route values, in this order: a part of the route
	// set that was given.
	Routes []header.NameAddr
	// Strict says that the first route is that of a strict router, so that
	// the remote target goes behind Routes as the last Route value.
	Strict bool
}

// Route finds how a request is sent within a dialog with the given route set
// and remote target (RFC 3261, 12.2.1.1). The error is that of the URI of the
// first route.
func Route(set []header.NameAddr, target *uri.URI) (Routing, error) {
	r := Routing{RequestURI: *target, Destination: *target, Routes: set}
	if len(set) == 0 {
		return r, nil
	}
	first, err := set[0].URI()
	if err != nil {
		return Routing{}, err
	}
	r.Destination = first
	if !first.LR() {
		r.RequestURI, r.Routes, r.Strict = first, set[1:], true
	}
	return r, nil
}

// A Hop says where a proxy sends a request and what it takes off first.
type Hop struct {
	// Target is the Request-URI as RFC 3261, 16.4 leaves it: the one to
	// find targets for, unless Routed.
	Target uri.URI
	// Next is where the request goes when Target stays the Request-URI: the
	// first Route value that is left, or Target when there is none (16.6,
	// step 7).
	Next uri.URI
	// DropLast says that the last Route value has become Target and is to be
	// removed: a strict router before the proxy had put it there (16.4).
	DropLast bool
	// DropFirst says that the first Route value named the proxy and is to be
	// removed (16.4).
	DropFirst bool
	// Routed says that a Route value is left, which decides about Next.
	Routed bool
	// Strict says that Next is a strict router: Target goes behind the Route
	// values as the last one, and the first one is taken from them to be the
	// Request-URI (16.6, step 6).
	Strict bool
}

// NextHop finds the next hop of a request at a proxy (RFC 3261, 16.4 to 16.6).
// self reports whether a URI names the proxy itself; it may not keep what
// it is given, and m may not be parsed into meanwhile.
//
// A Request-URI is taken for one that the proxy has once put into a
// Record-Route when self says so, it has the lr parameter, as all of those do
// (16.6, step 4), and there is a Route to take its place.
//
// The maddr rule of 16.4 is left to the caller, which knows the port and the
// transport the request was received over. The error is that of the Request-URI or of
// the Route value that does not parse.
func (m *Message) NextHop(self func(*uri.URI) bool) (Hop, error) {
	var h Hop
	if err := h.Find(m, self); err != nil {
		return Hop{}, err
	}
	return h, nil
}

// Find is [Message.NextHop] into h. A Hop is large, and what returns one copies it: a
// proxy that keeps one takes 61 ns and not 92 (BenchmarkTyped, 2026-11). After an error
// h is of no use.
func (h *Hop) Find(m *Message, self func(*uri.URI) bool) error {
	target, err := m.RequestURI()
	if err != nil {
		return err
	}
	h.Target, h.Next = *target, *target
	h.DropLast, h.DropFirst, h.Routed, h.Strict = false, false, false, false
	if !m.Has(header.IDRoute) {
		return nil
	}
	var second, last header.NameAddr
	n := 0
	for v, err := range m.Routes() {
		if err != nil {
			return err
		}
		if n == 1 {
			second = v
		}
		last = v
		n++
	}
	total := n
	if target.LR() && self(target) {
		if err := m.routeURI(&last, total-1, &h.Target); err != nil {
			return err
		}
		h.DropLast = true
		h.Next = h.Target
		n--
	}
	if n == 0 {
		return nil
	}
	top, err := m.TopRouteURI()
	if err != nil {
		return err
	}
	h.Next = *top
	if self(top) {
		h.DropFirst = true
		if n--; n == 0 {
			h.Next = h.Target
			return nil
		}
		if err := m.routeURI(&second, 1, &h.Next); err != nil {
			return err
		}
	}
	h.Routed = true
	h.Strict = !h.Next.LR()
	return nil
}

// routeURI reads the URI of a Route value, the i-th of the message.
func (m *Message) routeURI(v *header.NameAddr, i int, u *uri.URI) error {
	n, err := v.ParseURI(u)
	if err == nil && !v.HasAngle() {
		n -= len(v.URIBytes())
		err = sipwire.ErrNeedAngle
	}
	if err != nil {
		return m.inValue(header.IDRoute, i, n, err)
	}
	return nil
}

// AppendTargets appends the Contact values in the order in which a redirected
// client tries them: by falling q, and those of the same q in their order;
// one without q counts as 1 (RFC 3261, 8.1.3.4 and 20.10). "*" and what
// does not parse, URI included, is left out, with the first such error; the
// others are still there. Whether a URI has been tried already is for
// the caller to see.
//
// The cost is in proportion to the message, whatever the number of Contacts.
func (m *Message) AppendTargets(dst []header.Contact) ([]header.Contact, error) {
	// at[q] is the number of contacts with that q, and then the place of the
	// next one of them.
	var at [1001]int32
	var failed Fault
	n, value := 0, 0
	for v, err := range m.Contacts() {
		if k, bad := checkTarget(&v, err); bad != nil {
			if failed.Code == 0 {
				if err == nil {
					m.inValue(header.IDContact, value, k, bad)
				}
				failed = m.typed.last
			}
		} else {
			q, _ := v.Q()
			at[q]++
			n++
		}
		value++
	}
	place := int32(len(dst))
	for range n {
		dst = append(dst, header.Contact{})
	}
	for q := len(at) - 1; q >= 0; q-- {
		at[q], place = place, place+at[q]
	}
	for v, err := range m.Contacts() {
		if _, bad := checkTarget(&v, err); bad == nil {
			q, _ := v.Q()
			dst[at[q]] = v
			at[q]++
		}
	}
	if failed.Code != 0 {
		return dst, m.Fail(failed)
	}
	return dst, nil
}

// checkTarget says whether v, which was read with err, is a place to try. k is the
// offset of an error in the field that v is in.
func checkTarget(v *header.Contact, err error) (k int, bad error) {
	if err != nil {
		return 0, err
	}
	if v.IsWildcard() {
		end, _ := v.Check()
		return end - len("*"), sipwire.ErrWildcard
	}
	return v.Check()
}
