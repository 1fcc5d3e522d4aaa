package forward

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// beginsDialog reports whether a request of the method creates a dialog, or
// may: those get a Record-Route.
func beginsDialog(m header.Method) bool {
	switch m {
	case header.MethodINVITE, header.MethodSUBSCRIBE, header.MethodREFER:
		return true
	}
	return false
}

// recordRoute puts the proxy's Record-Route in (16.6, step 4), and two where
// the sides differ: each side then sends to the address that it can reach. The
// values were checked by newLocal: with PushRecordRoute, which checks them again,
// a request takes 1211 ns instead of 1130 (BenchmarkDatagram, 2026-11).
func (f *Forwarder) recordRoute(e *codec.Edit, m *codec.Message, hop *codec.Hop, from, to int) {
	secure := 0
	if hop.Target.Scheme() == uri.SIPS {
		secure = 1
	}
	at := onTop(m, header.IDRecordRoute)
	_ = e.Add(at, header.IDRecordRoute, f.locals[to].recordRoute[secure])
	if from != to {
		_ = e.Add(at, header.IDRecordRoute, f.locals[from].recordRoute[secure])
	}
}

// onTop is the place on top of the fields of a header, or behind those of Via.
func onTop(m *codec.Message, id header.ID) codec.Position {
	if i := m.Index(id); i >= 0 {
		return codec.Before(i)
	}
	last := m.Index(header.IDVia)
	for i := last; i >= 0; i = m.Next(i) {
		last = i
	}
	return codec.After(last)
}
