package forward

import (
	"errors"
	"fmt"
	"hash"
	"net/netip"
	"sync/atomic"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// A Local is an address that the proxy is reached at.
type Local struct {
	Transport header.Transport // UDP, TCP or TLS
	Addr      netip.AddrPort   // listened on
	// Host is what goes into Via and Record-Route: a name or an address. The
	// address of Addr when empty, which must then be a specified one.
	Host string
}

// A Target is a next hop.
type Target struct {
	// Transport is the protocol to use; TransportOther is the one that the
	// request was received over.
	Transport header.Transport
	Addr      netip.AddrPort
	// Name is what the certificate of the target must be for, over TLS.
	Name string
}

// A Router chooses the next hop of a request whose Route values do not.
type Router interface {
	// Route returns the next hop. It is not ok when there is none, and must
	// choose the same one for copies of a request, its CANCEL and its ACK.
	// It may be called from many goroutines at once.
	Route(m *codec.Message, src Source) (Target, bool)
}

// Config says how a Forwarder works.
type Config struct {
	Locals []Local // at least one
	Key    compose.Key
	Router Router
	// Parser is for datagrams; its Strictness is for streams too.
	Parser codec.Parser
	// Names finds the addresses of host names in Route, Request-URI and Via;
	// those lead nowhere when it is nil.
	Names Names
	// Headers are changes of what is forwarded, nil for none.
	Headers *Headers
	// Gate is asked about each request, unless it is nil.
	Gate Gate
	// MaxDatagram is the longest request that is sent over UDP when the proxy
	// listens on TCP too: 1300 bytes when it is 0 (RFC 3261, 18.1.1).
	MaxDatagram int
	// Outside lets a request that the Router has no next hop for go to where
	// its Request-URI says (16.5).
	Outside bool
	// Leaving lets OPTIONS for the proxy be answered with 503 while it is true,
	// so that balancers send no more. It may be nil.
	Leaving *atomic.Bool
	// NoRecordRoute keeps the proxy out of the dialogs that it sees begin, but for
	// those that need it for a flow: see Outbound.
	NoRecordRoute bool
	// Outbound makes the proxy the edge proxy of clients that register with a
	// reg-id (RFC 5626, 5). Flows knows their connections; where it is nil, all are
	// open.
	Outbound bool
	Flows    Flows
}

// defaultMaxDatagram is for a path whose MTU is not known (RFC 3261, 18.1.1).
const defaultMaxDatagram = 1300

// local is a Local with what is written for it.
type local struct {
	Local
	via         codec.ViaSpec // without Branch
	recordRoute [2][]byte     // for sip and for sips requests
	addr        netip.Addr    // Host as an address, if it is one
}

// newLocal checks a Local and prepares what is written for it.
func newLocal(l Local) (local, error) {
	if l.Transport != header.TransportUDP && l.Transport != header.TransportTCP && l.Transport != header.TransportTLS {
		return local{}, errors.New("transport is neither udp, tcp nor tls")
	}
	if !l.Addr.IsValid() || l.Addr.Port() == 0 {
		return local{}, errors.New("no address and port to listen on")
	}
	if l.Host == "" {
		if l.Addr.Addr().IsUnspecified() {
			return local{}, fmt.Errorf("%v is no address to reach the proxy at: a name is needed", l.Addr.Addr())
		}
		l.Host = l.Addr.Addr().Unmap().String()
		if l.Addr.Addr().Unmap().Is6() {
			l.Host = "[" + l.Host + "]"
		}
	}
	if uri.KindOfHost([]byte(l.Host)) == 0 {
		return local{}, fmt.Errorf("%q is not a host", l.Host)
	}
	out := local{Local: l}
	out.addr, _ = uri.ParseAddr([]byte(l.Host))
	out.via = codec.ViaSpec{Transport: l.Transport, Host: []byte(l.Host), Port: l.Addr.Port()}
	param := ""
	if l.Transport != header.TransportUDP {
		param = ";transport=" + map[header.Transport]string{header.TransportTCP: "tcp", header.TransportTLS: "tls"}[l.Transport]
	}
	for i, scheme := range []string{"sip", "sips"} {
		if scheme == "sips" && l.Transport == header.TransportTLS {
			param = ""
		}
		out.recordRoute[i] = fmt.Appendf(nil, "<%s:%s:%d%s;lr;%s>", scheme, l.Host, l.Addr.Port(), param, recordedParam)
	}
	return out, nil
}

// A Forwarder forwards messages, one at a time: each goroutine has its own.
type Forwarder struct {
	config Config
	locals []local
	self   func(*uri.URI) bool // IsSelf, bound once
	serves func(*uri.URI) bool // see ServeRegister; nil without a registrar

	// What the hashes of loops, branches and tags begin with.
	loopSeed, branchSeed, tagSeed keyHash

	message codec.Message // of Datagram and Undelivered
	edit    codec.Edit
	hop     codec.Hop // of the last Check
	passed  int       // more Route values that are taken off
	outside bool      // the Request-URI says where it goes, by its maddr
	pending bool      // DNS has to be asked where it goes

	stripped    []byte // the Request-URI without what must not be passed on; empty when it has nothing of that
	datagram    []byte // Result.Datagram
	undelivered []byte // the request of Undelivered as it came

	destination codec.Destination // that Names is asked about

	outbound                  outbound  // of the last Check, for Config.Outbound
	mac                       hash.Hash // of flow tokens, made for the first one
	route                     uri.URI   // scratch
	token, macSum             []byte    // scratch
	branch, tag, reason, list []byte    // scratch
	fields                    [1]compose.HeaderField
}

// New returns a Forwarder for the configuration.
func New(c Config) (*Forwarder, error) {
	if len(c.Locals) == 0 || c.Router == nil {
		return nil, errors.New("no address to listen on, or no next hop")
	}
	if c.MaxDatagram == 0 {
		c.MaxDatagram = defaultMaxDatagram
	}
	f := &Forwarder{config: c, loopSeed: seed(c.Key, "loop"), branchSeed: seed(c.Key, "branch"), tagSeed: seed(c.Key, "tag")}
	for _, l := range c.Locals {
		prepared, err := newLocal(l)
		if err != nil {
			return nil, err
		}
		f.locals = append(f.locals, prepared)
	}
	f.self = f.IsSelf
	return f, nil
}
