package main

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/lint"
	"github.com/sipwire/sipwire/uri"
)

// An operation is what is counted on a message of every shape.
type operation struct {
	name    string
	prepare func(b []byte) func()
}

// on is an operation on a message that is parsed already.
func on(name string, f func(m *codec.Message)) operation {
	return operation{name, func(b []byte) func() {
		m := new(codec.Message)
		_ = open.Parse(m, b)
		return func() { f(m) }
	}}
}

// onStrict is on for a message parsed strictly.
func onStrict(name string, f func(m *codec.Message)) operation {
	return operation{name, func(b []byte) func() {
		m := new(codec.Message)
		_ = strict.Parse(m, b)
		return func() { f(m) }
	}}
}

var operations = []operation{
	{"parse", func(b []byte) func() {
		m := new(codec.Message)
		return func() { _ = open.Parse(m, b) }
	}},
	{"parse strictly", func(b []byte) func() {
		m := new(codec.Message)
		return func() { _ = strict.Parse(m, b) }
	}},
	on("accessors", accessors),
	onStrict("accessors, strict", accessors),
	on("lists", lists),
	onStrict("lists, strict", lists),
	on("check", func(m *codec.Message) {
		for _, f := range m.Fields() {
			_, _ = f.ID.Check(f.Value)
		}
	}),
	on("lint", func(m *codec.Message) { lint.Check(m) }),
	on("counts", func(m *codec.Message) {
		m.Duplicate()
		for id := range header.ID(255) {
			m.Count(id)
			m.CountValues(id)
		}
	}),
	on("keys", func(m *codec.Message) {
		_, _ = m.AppendTransactionKey(nil)
		_, _ = m.AppendCanceledKey(nil)
		_, _ = m.TransactionHash(1)
		_, _ = m.AppendDialogID(nil, codec.Either)
		_, _ = m.DialogHash(1, codec.UAS)
		m.LoopHash(1)
		m.IsSentBy("a.example", 5060)
	}),
	on("routes", func(m *codec.Message) {
		_, _ = m.AppendRouteSet(nil, codec.UAC)
		_, _ = m.AppendTargets(nil)
		_, _ = m.NextHop(func(u *uri.URI) bool { return u.LR() })
		m.RefreshesTarget()
	}),
	on("reply", func(m *codec.Message) {
		_, _ = compose.AppendReply(nil, m, &compose.Reply{Status: 200, Tag: []byte("t"), Source: source})
	}),
	on("cancel", func(m *codec.Message) { _, _ = compose.AppendCancel(nil, m) }),
	on("forward", func(m *codec.Message) {
		var e codec.Edit
		if e.Begin(m) != nil {
			return
		}
		_ = e.ForceRPort(source)
		_ = e.DecrementMaxForwards()
		_ = e.PushVia(via)
		_ = e.PushRecordRoute([]byte("sip:p.example;lr"))
		_, _ = e.AppendTo(nil)
	}),
	on("pop", func(m *codec.Message) {
		var e codec.Edit
		if e.Begin(m) != nil {
			return
		}
		_ = e.PopVia()
		_ = e.PopRoute()
		_, _ = e.AppendTo(nil)
	}),
	on("branch", func(m *codec.Message) {
		var e codec.Edit
		if e.Begin(m) != nil {
			return
		}
		_ = e.SetBranch([]byte("z9hG4bK2"))
		_ = e.SetCSeq(2, nil)
		_ = e.Authorize(header.IDAuthorization, []byte(`Digest realm="b"`))
		_, _ = e.AppendTo(nil)
	}),
	on("compact", func(m *codec.Message) {
		_, _ = compact.Append(nil, m, compact.Options{Form: compact.Compact, Lists: compact.Join})
		_, _ = compact.Append(nil, m, compact.Options{Form: compact.Long, Lists: compact.Split})
		_, _, _ = compact.Fit(nil, m, 1)
	}),
	on("clone", func(m *codec.Message) { m.Clone() }),
}

var (
	source = netip.MustParseAddrPort("192.0.2.9:5060")
	via    = &codec.ViaSpec{Transport: header.TransportUDP, Host: []byte("p.example"), Branch: []byte("z9hG4bKp")}
)

// accessors reads each value that has an accessor of its own, and looks for
// parameters that are given twice.
func accessors(m *codec.Message) {
	if u, err := m.RequestURI(); err == nil {
		u.DuplicateParam()
		u.Hash()
		uri.Equal(u, u)
		u.AppendUser(nil)
	}
	if v, err := m.TopVia(); err == nil {
		v.Received()
		v.RPort()
		v.Params().Duplicate()
	}
	if v, err := m.From(); err == nil {
		v.Params().Duplicate()
	}
	if v, err := m.To(); err == nil {
		v.Params().Duplicate()
	}
	_, _ = m.FromURI()
	_, _ = m.ToURI()
	_, _ = m.TopRoute()
	_, _ = m.TopRouteURI()
	_, _ = m.Contact()
	_, _ = m.RemoteTarget()
	_, _ = m.CSeq()
	_, _ = m.CallID()
	_, _ = m.MaxForwards()
	_, _ = m.Expires()
	_, _ = m.ContentType()
}

// lists walks every list.
func lists(m *codec.Message) {
	for range m.Vias() {
	}
	for range m.Routes() {
	}
	for range m.RecordRoutes() {
	}
	for range m.Contacts() {
	}
	for _, f := range m.Fields() {
		for range f.ID.Values(f.Value) {
		}
	}
}
