package stack

import (
	"crypto/tls"
	"runtime"
	"time"

	"github.com/sipwire/sipwire/dialog"
	"github.com/sipwire/sipwire/stack/resolve"
	"github.com/sipwire/sipwire/transaction"
)

// A Listener is a place where a [Stack] receives messages.
type Listener struct {
	Network string // udp, tcp, tls, ws or wss
	Address string // as for net.Listen
}

// Config says how a [Stack] works. The zero value of each field means its
// default.
type Config struct {
	// Listen are the places to receive on: UDP on a free port by default.
	Listen []Listener
	// Handler gets the requests. Without one they are answered with a 501.
	Handler Handler
	// Host is the name or address that Via and Contact say, an IPv6 address in
	// brackets: that of the listener, or of this host for a wildcard. User is
	// the user part of Contact: none by default.
	Host, User string
	// TLS holds the certificate of this side and the roots for that of the
	// other: for tls and wss listeners, and for connections made here. Its
	// ServerName is not read.
	TLS *tls.Config
	// Dialog is the Config of the dialogs and, in it, of the transactions. Its
	// Via and Contact are set here, and the NoMerge of the transactions is not read.
	Dialog dialog.Config
	// Resolve is the Config of the resolver. Its Transports, when nil, are UDP
	// and TCP, and TLS when the field TLS is set.
	Resolve resolve.Config
	// Cores is how many Layers there are: GOMAXPROCS.
	Cores int

	// MaxHandlers is the most handlers that run at the same time: 10,000. A
	// request beyond is answered with a 503.
	MaxHandlers int
	// MaxConns is the most connections there may be, of both directions:
	// 10,000. MaxConnsPeer bounds those that one address has opened: 100.
	MaxConns, MaxConnsPeer int
	// MaxQueue bounds the bytes that wait for one connection: 1 MiB.
	// MaxMessage bounds a message on a connection: 64 KiB.
	MaxQueue, MaxMessage int
	// MaxUDP is the longest request in bytes that is sent over UDP when the
	// URI leaves the choice; a longer one takes TCP, and UDP when that fails
	// (RFC 3261, 18.1.1): 1300.
	MaxUDP int

	// Idle is how long a connection may be without bytes before it is closed:
	// 5 minutes. MessageTime is how long one message may take to come: 30 s.
	// DialTime bounds how long a connection takes to be there, TLS and
	// WebSocket included: 10 s.
	Idle, MessageTime, DialTime time.Duration
	// KeepAlive is the time between pings on the connections made here (RFC
	// 5626, 4.4.1): 95 s, and a little less at random. Below zero there are none.
	KeepAlive time.Duration
	// Pong is how long the answer to a ping may take before the connection
	// counts as dead: 10 s (RFC 5626, 4.4.1).
	Pong time.Duration

	// AliasTCP accepts the alias parameter of RFC 5923 on TCP too, where
	// nothing proves that the peer is who it says. Over TLS it needs a client
	// certificate with the name of the Via.
	AliasTCP bool

	// Trace, when it is not nil, gets each message that comes or goes. It is
	// called by many goroutines and must be fast; b is valid during the call.
	Trace func(in bool, peer transaction.Addr, b []byte)
}

func (c *Config) setDefaults() {
	for _, d := range []struct {
		v   *int
		def int
	}{
		{&c.Cores, runtime.GOMAXPROCS(0)}, {&c.MaxHandlers, 10000}, {&c.MaxConns, 10000}, {&c.MaxConnsPeer, 100},
		{&c.MaxQueue, 1 << 20}, {&c.MaxMessage, 64 << 10}, {&c.MaxUDP, 1300},
	} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	for _, d := range []struct {
		v   *time.Duration
		def time.Duration
	}{
		{&c.Idle, 5 * time.Minute}, {&c.MessageTime, 30 * time.Second}, {&c.DialTime, 10 * time.Second},
		{&c.Pong, 10 * time.Second},
	} {
		if *d.v <= 0 {
			*d.v = d.def
		}
	}
	if c.KeepAlive == 0 {
		c.KeepAlive = 95 * time.Second
	}
	if len(c.Listen) == 0 {
		c.Listen = []Listener{{"udp", ":0"}}
	}
}
