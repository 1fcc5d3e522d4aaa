package fleet

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"

	"github.com/nats-io/nats.go"
)

// errCredentials is for a server that anybody on the network could use.
var errCredentials = errors.New("an address that is not loopback needs a user and a password, or a token, before its @; neither may be empty")

// parse reads the address of a NATS server. schemes are those that are allowed.
func parse(address, port string, schemes ...string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("it is no URL") // that of url.Parse would print a password
	}
	ok := false
	for _, s := range schemes {
		ok = ok || u.Scheme == s
	}
	if !ok || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return nil, fmt.Errorf("%s is no address of a NATS server: %s://[USER:PASSWORD@]HOST:PORT is one", u.Redacted(), schemes[0])
	}
	if u.Port() == "" {
		u.Host = net.JoinHostPort(u.Hostname(), port)
	}
	if password, ok := u.User.Password(); ok && (password == "" || u.User.Username() == "") {
		return nil, errCredentials // a NATS server without a user lets everybody in
	}
	if !loopback(u.Hostname()) && u.User.Username() == "" {
		return nil, errCredentials
	}
	return u, nil
}

// loopback reports whether a host can only be this one.
func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.IsLoopback()
}

// connect connects to a server. It goes on trying when a connection is lost:
// who is lost is for the other side to say.
func connect(address, name string) (*nats.Conn, error) {
	u, err := parse(address, "4222", "nats", "tls")
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect(u.String(), nats.Name(name), nats.Timeout(10*time.Second), nats.MaxReconnects(-1),
		nats.ReconnectWait(250*time.Millisecond), nats.ReconnectBufSize(-1), nats.DrainTimeout(2*time.Second))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", u.Redacted(), err)
	}
	return nc, nil
}
