package forward

import (
	"net/netip"

	"github.com/sipwire/sipwire/header"
)

// A Source says where a message came from.
type Source struct {
	Local int            // index of the Local that received it
	Addr  netip.AddrPort // of the sender
	// Serial is the number of the connection, 0 for a datagram. No other
	// connection has the same, also when it has the same ends.
	Serial uint64
}

// A Kind is what becomes of a message. Each has exactly one.
type Kind uint8

const (
	Dropped   Kind = iota // for the Cause
	Forwarded             // to the next hop
	Answered              // the proxy answers itself
	Absorbed              // needs nothing: the ACK of an answer of the proxy, a keep-alive
	Kinds                 // how many there are

	// NeedsName is not an end: DNS has to be asked where the message goes. Give
	// it to a Forwarder whose Names wait.
	NeedsName = Kinds
)

// A Cause says why a message is dropped.
type Cause uint8

const (
	NoCause     Cause = iota
	Malformed         // no request that can be answered, and no good response
	NotOurs           // a response whose top Via is not the proxy's
	NoVia             // a response that ends here: no Via is left
	Unresolved        // it goes to a host name, to no address or over a transport that is not listened on
	BadACK            // an ACK that fails a check, which is never answered
	SendFailed        // the system did not take it, or the connection broke
	QueueFull         // the connection takes bytes too slowly
	NoConnect         // no connection could be opened, or there are too many
	Overload          // more came than the proxy can forward
	SourceLimit       // its source sends more than it may
	Stray             // a response without a transaction, of a proxy that has them (RFC 6026, 7.2)
	CutOff            // its connection ended, or could not be read on, in the middle of it
	Causes            // how many there are
)

var causeNames = [Causes]string{"none", "malformed", "not-ours", "no-via", "unresolved", "bad-ack", "send-failed", "queue-full", "no-connection", "overload", "source-limit", "no-transaction", "cut-off"}

// String returns the name for metrics.
func (c Cause) String() string { return causeNames[c] }

// A Peer is where a message goes.
type Peer struct {
	Transport header.Transport
	Addr      netip.AddrPort
	// Flow is, for a response over a stream, the other end of the connection
	// that its request came on. Addr is for when that is gone (RFC 3261, 18.2.2).
	Flow netip.AddrPort
	// Serial is that of the connection that it must be; 0 for any with that
	// other end.
	Serial uint64
	Name   string // of the certificate, over TLS
}

// A Result is what becomes of a message.
type Result struct {
	Kind  Kind
	Cause Cause // of a message that is Dropped
	// Local is the index of the Local to send from.
	Local int
	To    Peer
	// Data is dst with the message to send behind it.
	Data []byte
	// Status is that of an answer.
	Status int
	// Datagram is set for a request that goes over TCP because it is too long
	// for a datagram: how it is to be sent over UDP, from DatagramLocal, should
	// there be nobody who takes a connection (RFC 3261, 18.1.1). It is valid
	// until the next message.
	Datagram      []byte
	DatagramLocal int
}

// Drop makes r that of a message that is dropped, whatever it was.
func (r *Result) Drop(c Cause) { *r = Result{Kind: Dropped, Cause: c} }
