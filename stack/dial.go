package stack

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"

	"github.com/coder/websocket"

	"github.com/sipwire/sipwire/header"
)

// dial makes the connection of cn and reads it.
func (s *Stack) dial(cn *conn) {
	ctx, cancel := context.WithTimeout(s.ctx, s.config.DialTime)
	l, err := s.connect(ctx, cn.place)
	cancel()
	if err != nil {
		cn.close(err)
		items, _, _ := cn.take()
		failed(items)
		return
	}
	s.stats.dialed.Add(1)
	cn.run(l)
}

func (s *Stack) connect(ctx context.Context, p place) (link, error) {
	switch p.transport {
	case header.TransportTCP:
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", p.addr.String())
		if err != nil {
			return nil, err
		}
		return newStream(c, &s.config), nil
	case header.TransportTLS:
		d := tls.Dialer{Config: s.clientTLS(p.name)}
		c, err := d.DialContext(ctx, "tcp", p.addr.String())
		if err != nil {
			return nil, err
		}
		return newStream(c, &s.config), nil
	case header.TransportWS, header.TransportWSS:
		scheme, config := "ws", (*tls.Config)(nil)
		if p.transport == header.TransportWSS {
			scheme, config = "wss", s.clientTLS(p.name)
		}
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, DisableKeepAlives: true}}
		c, _, err := websocket.Dial(ctx, scheme+"://"+p.addr.String()+"/",
			&websocket.DialOptions{HTTPClient: client, Host: p.name, Subprotocols: []string{"sip"}})
		if err != nil {
			return nil, err
		}
		return &webSocket{c: c, ctx: s.ctx, config: &s.config}, nil
	}
	return nil, net.UnknownNetworkError(p.transport.String())
}

// clientTLS is the configuration of a connection to a name (RFC 5922, 4).
func (s *Stack) clientTLS(name string) *tls.Config {
	config := s.config.TLS.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	config.ServerName = name
	return config
}
