package bodies

import (
	"net/netip"
	"runtime/debug"

	"github.com/pion/sdp/v3"
)

// pionImpl is the parser of pion/webrtc, which makes a tree of strings.
func pionImpl() Impl {
	return Impl{
		Name: "pion", Version: moduleVersion("github.com/pion/sdp/v3"),
		About: "sdp.SessionDescription of pion/sdp, a new one for each body; Unmarshal, and Marshal for rewriting",
		New:   func() Reader { return &pion{buf: make([]byte, 0, 1<<16)} },
	}
}

type pion struct{ buf []byte }

func (p *pion) Index(body []byte) error {
	var d sdp.SessionDescription
	return d.Unmarshal(body)
}

func (p *pion) Find(body []byte) (sum uint64, err error) {
	var d sdp.SessionDescription
	if err := d.Unmarshal(body); err != nil {
		return 0, err
	}
	for _, m := range d.MediaDescriptions {
		c := m.ConnectionInformation
		if c == nil {
			c = d.ConnectionInformation
		}
		address := ""
		if c != nil && c.Address != nil {
			address = c.Address.Address
		}
		sum += Place(address, m.MediaName.Port.Value)
	}
	return sum, nil
}

func (p *pion) Rewrite(body []byte, addr netip.Addr, port uint16) ([]byte, error) {
	var d sdp.SessionDescription
	if err := d.Unmarshal(body); err != nil {
		return nil, err
	}
	text, typ := addr.String(), "IP6"
	if addr.Is4() {
		typ = "IP4"
	}
	d.Origin.AddressType, d.Origin.UnicastAddress = typ, text
	set := func(c *sdp.ConnectionInformation) {
		if c != nil {
			c.AddressType, c.Address = typ, &sdp.Address{Address: text}
		}
	}
	set(d.ConnectionInformation)
	for i, m := range d.MediaDescriptions {
		set(m.ConnectionInformation)
		m.MediaName.Port.Value = int(port) + 2*i
	}
	out, err := d.Marshal()
	return append(p.buf, out...), err
}

func moduleVersion(path string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, m := range info.Deps {
		if m.Path == path {
			return m.Version
		}
	}
	return "unknown"
}
