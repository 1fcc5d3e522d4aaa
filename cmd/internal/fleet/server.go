package fleet

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Embedded is what stands for a server in this process, on loopback.
const Embedded = "embedded"

// A Server is a NATS server in this process.
type Server struct {
	ns      *server.Server
	address string
}

// IsEmbedded reports whether an address asks for a server in this process:
// "embedded" or "embedded://[USER:PASSWORD@]ADDRESS:PORT".
func IsEmbedded(address string) bool {
	return address == Embedded || strings.HasPrefix(address, Embedded+"://")
}

// Start starts the server that an address asks for. Without credentials in it
// there is a random token: other users of this host must not join either.
func Start(address string) (*Server, error) {
	if address == Embedded {
		address = Embedded + "://127.0.0.1:4222"
	}
	u, err := parse(address, "4222", Embedded)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	if err != nil {
		return nil, fmt.Errorf("%q is no port", u.Port())
	}
	if _, err := netip.ParseAddr(u.Hostname()); err != nil && u.Hostname() != "localhost" {
		return nil, fmt.Errorf("%s is no address of this host", u.Hostname())
	}
	if u.User.String() == "" {
		u.User = url.User(rand.Text())
	}
	opts := &server.Options{
		ServerName: "sipwire", Host: u.Hostname(), Port: int(port), NoLog: true, NoSigs: true,
		MaxConn: 4096, MaxPayload: maxPayload, MaxPending: 8 * maxPayload, MaxSubs: 64, AuthTimeout: 10,
		DisableShortFirstPing: true,
	}
	if port == 0 {
		opts.Port = server.RANDOM_PORT
	}
	opts.Username = u.User.Username()
	if password, ok := u.User.Password(); ok {
		opts.Password = password
	} else {
		opts.Username, opts.Authorization = "", opts.Username
	}
	// The server says nothing of a port in use but in its log.
	l, err := net.Listen("tcp", u.Host)
	if err != nil {
		return nil, err
	}
	l.Close()
	ns, err := server.NewServer(opts)
	if err != nil {
		return nil, err
	}
	ns.Start()
	if !ns.ReadyForConnections(10 * time.Second) {
		ns.Shutdown()
		return nil, errors.New("the NATS server does not start")
	}
	u.Scheme = "nats"
	u.Host = net.JoinHostPort(u.Hostname(), strconv.Itoa(ns.Addr().(*net.TCPAddr).Port))
	return &Server{ns, u.String()}, nil
}

// Address is what workers are given, credentials included.
func (s *Server) Address() string { return s.address }

// Close stops the server.
func (s *Server) Close() {
	s.ns.Shutdown()
	s.ns.WaitForShutdown()
}
