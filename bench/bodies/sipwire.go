package bodies

import (
	"net/netip"
	"slices"

	"github.com/sipwire/sipwire/internal/cpufeat"
	"github.com/sipwire/sipwire/sdp"
)

// Impls lists the readers, ours first.
func Impls() []Impl {
	all := []Impl{{Name: "sipwire", Version: "this tree", About: "sdp.Description, parsed into again and again", New: newSipwire}}
	tiers := cpufeat.Tiers()
	slices.Reverse(tiers)
	for _, t := range tiers {
		if t != cpufeat.Current() {
			all = append(all, Impl{
				Name: "sipwire-" + t.String(), Version: "this tree", Tier: t.String(), About: "the same with the kernels of tier " + t.String(),
				New: newSipwire, around: func() func() { return cpufeat.Force(t) },
			})
		}
	}
	return append(all, pionImpl())
}

type sipwire struct {
	d   sdp.Description
	e   sdp.Edit
	buf []byte
}

func newSipwire() Reader { return &sipwire{buf: make([]byte, 0, 1<<16)} }

func (s *sipwire) Index(body []byte) error { return s.d.Parse(body) }

func (s *sipwire) Find(body []byte) (sum uint64, err error) {
	if err := s.d.Parse(body); err != nil {
		return 0, err
	}
	for i := range s.d.NumMedia() {
		m, err := s.d.Media(i)
		if err != nil {
			return 0, err
		}
		c, err := m.Connection()
		if err != nil {
			return 0, err
		}
		sum += placeBytes(c.Address, int(m.Port()))
	}
	return sum, nil
}

// placeBytes is Place for bytes.
func placeBytes(address []byte, port int) uint64 {
	h := uint64(port) * 0x9e3779b97f4a7c15
	for i, c := range address {
		h += uint64(c) * uint64(i+1)
	}
	return h
}

func (s *sipwire) Rewrite(body []byte, addr netip.Addr, port uint16) ([]byte, error) {
	if err := s.d.Parse(body); err != nil {
		return nil, err
	}
	// Errors stay in s.e until AppendTo.
	_ = s.e.Begin(&s.d)
	_ = s.e.SetOriginAddress(addr)
	_ = s.e.SetConnections(addr)
	for i := range s.d.NumMedia() {
		_ = s.e.SetPort(i, port+2*uint16(i))
	}
	return s.e.AppendTo(s.buf)
}
