package codec

import (
	"bytes"
	"reflect"
	"testing"
	"unsafe"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/testfiles"
	"github.com/sipwire/sipwire/uri"
)

// typedEverything asks for every typed value and all of identity, and returns
// the views it got.
func typedEverything(m *Message, o *Message, scratch *scratch) {
	keep := func(b []byte) { scratch.check(m, b) }
	u, _ := m.RequestURI()
	keep(u.User())
	keep(u.Host())
	via, _ := m.TopVia()
	keep(via.Host())
	keep(via.Branch())
	from, _ := m.From()
	keep(from.Tag())
	to, _ := m.To()
	keep(to.Tag())
	u, _ = m.FromURI()
	keep(u.Bytes())
	u, _ = m.ToURI()
	keep(u.Bytes())
	cseq, _ := m.CSeq()
	keep(cseq.MethodBytes())
	id, _ := m.CallID()
	keep(id)
	m.MaxForwards()
	m.Expires()
	ct, _ := m.ContentType()
	keep(ct.Bytes())
	c, _ := m.Contact()
	keep(c.Bytes())
	u, _ = m.RemoteTarget()
	keep(u.Bytes())
	r, _ := m.TopRoute()
	keep(r.Bytes())
	u, _ = m.TopRouteURI()
	keep(u.Bytes())
	for v := range m.Vias() {
		keep(v.Bytes())
	}
	for v := range m.Routes() {
		keep(v.Bytes())
	}
	for v := range m.RecordRoutes() {
		keep(v.Bytes())
	}
	for v := range m.NameAddrs(header.IDPAssertedIdentity) {
		keep(v.Bytes())
	}
	for v := range m.Contacts() {
		keep(v.Bytes())
	}
	var event ext.Event
	if m.Read(header.IDEvent, event.Parse) == nil {
		keep(event.Value())
	}
	var reason ext.Reason
	for _, err := range m.ReadAll(header.IDReason, reason.Parse) {
		if err == nil {
			keep(reason.Protocol())
		}
	}
	b := scratch.buf[:0]
	b, _ = m.AppendTransactionKey(b)
	b, _ = m.AppendCanceledKey(b)
	b, _ = m.AppendDialogID(b, UAC)
	b, _ = m.AppendDialogID(b, UAS)
	b, _ = m.AppendRAck(b)
	scratch.buf = b
	h1, _ := m.TransactionHash(1)
	h2, _ := m.CanceledHash(2)
	h3, _ := m.DialogHash(3, Either)
	scratch.n += int(h1 ^ h2 ^ h3 ^ m.LoopHash(4))
	if m.InDialog() && m.IsReinvite() || m.RefreshesTarget() || m.IsReliable() || m.Acknowledges(o) ||
		m.IsSentBy("example.com", 0) || m.IsSentBy("2001:db8::1", 5060) {
		scratch.n++
	}
	scratch.routes, _ = m.AppendRouteSet(scratch.routes[:0], UAC)
	target, _ := m.RemoteTarget()
	if p, err := Route(scratch.routes, target); err == nil {
		scratch.buf = AppendRequestURI(scratch.buf, &p.RequestURI)
	}
	scratch.contacts, _ = m.AppendTargets(scratch.contacts[:0])
	hop, _ := m.NextHop(func(u *uri.URI) bool { return u.HasUser() })
	keep(hop.Next.Bytes())
	keep(hop.Target.Bytes())
}

type scratch struct {
	buf      []byte
	routes   []header.NameAddr
	contacts []header.Contact
	n        int
	outside  []byte
}

// check notes a view that is not part of the message or lets an append reach
// the message.
func (s *scratch) check(m *Message, b []byte) {
	if len(b) == 0 {
		return
	}
	lo := uintptr(unsafe.Pointer(unsafe.SliceData(m.buf)))
	p := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	if p < lo || p+uintptr(len(b)) > lo+uintptr(len(m.buf)) || cap(b) != len(b) {
		s.outside = b
	}
}

// typedInputs are messages to ask everything of, those of the corpus among
// them when it is there.
func typedInputs(t testing.TB) [][]byte {
	return append(testfiles.Messages(t), nil, []byte("garbage\r\n"), []byte(msg(reqLine)),
		[]byte(msg(reqLine, "Via: ,", "From: <", "To: ", "CSeq: x", "Call-ID: @", "Max-Forwards: -1", "Expires: x",
			"Contact: *, *", "Route: , <sip:a>, b", "Record-Route: <sip:a", "Event: ;", "Reason: ;", "RAck: 1 1 1")),
		[]byte(prackMsg), []byte(msg(reqLine, "Record-Route: <sip:a;lr>, <sip:b;method=x;lr?y=z>")))
}

// TestTypedAllocs asks every input for everything; nothing may allocate,
// errors included.
func TestTypedAllocs(t *testing.T) {
	inputs := typedInputs(t)
	t.Logf("%d inputs", len(inputs))
	m, o := new(Message), new(Message)
	o.Parse([]byte(reliableMsg))
	s := &scratch{buf: make([]byte, 0, 1<<18), routes: make([]header.NameAddr, 0, 1<<10), contacts: make([]header.Contact, 0, 1<<10)}
	for _, p := range []*Parser{{}, {Strictness: Strict}} {
		for _, b := range inputs {
			if n := testing.AllocsPerRun(1, func() { _ = p.Parse(m, b); typedEverything(m, o, s) }); n != 0 {
				t.Errorf("%v allocations for %.60q", n, b)
			}
			if s.outside != nil {
				t.Fatalf("%q is not a view of %.60q", s.outside, b)
			}
		}
	}
}

func FuzzTyped(f *testing.F) {
	for _, b := range typedInputs(f) {
		f.Add(b)
	}
	o := new(Message)
	o.Parse([]byte(reliableMsg))
	f.Fuzz(func(t *testing.T, b []byte) {
		in := bytes.Clone(b)
		b = b[:len(b):len(b)]
		m, s := new(Message), new(scratch)
		m.Parse(b)
		for range 2 {
			typedEverything(m, o, s)
		}
		if s.outside != nil {
			t.Fatalf("%q is not a view of the message", s.outside)
		}
		if !bytes.Equal(in, b) {
			t.Fatal("the message was written to")
		}
		for q := range int(numSlots) {
			if e := m.typed.errs[q]; m.typed.bad>>q&1 != 0 && (e.Code == 0 || e.Offset < 0 || e.Offset > len(b)) {
				t.Fatalf("slot %d: %+v", q, e)
			}
		}
		if e := m.typed.last; e.Offset < 0 || e.Offset > len(b) {
			t.Fatalf("%+v", e)
		}
		m.Reset()
		if !reflect.DeepEqual(m.typed, typedCache{errs: m.typed.errs}) {
			t.Fatal("Reset leaves typed values behind")
		}
	})
}
