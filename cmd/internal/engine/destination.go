package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// Where the messages of a call go: to the target, until a setdest says
// otherwise, and over which connection, where each call has its own.

// setRemote sends the further messages of a call to another address.
func (e *Engine) setRemote(c *call, host, port string) error {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return fmt.Errorf("%q is no port", port)
	}
	host = strings.Trim(host, "[]")
	addr, err := netip.ParseAddr(host)
	if err != nil {
		if addr, err = e.lookUp(c, host); err != nil {
			return err
		}
	}
	if !Allowed(addr, e.cfg.AllowPublic) {
		return fmt.Errorf("%s is no address that is allowed", addr)
	}
	remote := netip.AddrPortFrom(addr, uint16(n))
	switch {
	case remote == c.remote:
	case e.cfg.OwnConn && (c.side == scenario.User || !e.ownsConn(c)):
		return errors.New("the connection is that of a user, for all its calls")
	case e.cfg.OwnConn:
		e.disconnect(c)
	case e.cfg.Reliable:
		return errors.New("all calls have one connection: -t tn or ln is needed")
	}
	c.remote = remote
	return nil
}

// lookUp returns the address of a name. The time that this takes is the scenario's
// for the call that asks, and lateness of this generator for all others.
func (e *Engine) lookUp(c *call, host string) (netip.Addr, error) {
	if e.Time == nil {
		return e.shared.names.find(host, c.remote.Addr())
	}
	before := e.Time()
	addr, err := e.shared.names.find(host, c.remote.Addr())
	after := e.Time()
	c.intended += after - before
	e.Clock(after)
	return addr, err
}

// connect makes the connection of a call that has its own.
func (e *Engine) connect(c *call) error {
	conn, port, err := e.Opened(c.remote)
	if err != nil {
		return err
	}
	c.conn = conn
	e.ports[conn] = port
	if c.side == scenario.User {
		e.users.conns[c.user] = conn // its next calls go over this one
	}
	return nil
}

// from returns the socket of the address that a call has in the injection file.
func (e *Engine) from(c *call) (int32, error) {
	addr, err := e.cfg.Files[0].Address(int(c.lines[0]), e.cfg.IPField)
	if err != nil {
		return -1, err
	}
	return e.From(addr)
}

// disconnect ends the connection of a call that has its own. What it sends next
// goes over a new one.
func (e *Engine) disconnect(c *call) {
	if !e.cfg.OwnConn || c.conn < 0 {
		return
	}
	conn := c.conn
	c.conn = -1 // Closed writes: when that fails and Lost is told, this call is not one of the connection's
	delete(e.ports, conn)
	if e.Closed != nil {
		e.Closed(conn)
	}
}

// Allowed reports whether messages may go to an address: one of this host or of
// a private network, unless public ones are allowed.
func Allowed(a netip.Addr, public bool) bool {
	return public || a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

// names are the addresses of names that scenarios send to. A name is looked up
// once in a run: whoever needs it first waits, and with it the calls of its
// worker. Those that need other names do not.
type names struct {
	mu     sync.Mutex // guards known
	known  map[string]*answer
	lookup func(ctx context.Context, network, host string) ([]netip.Addr, error) // nil for that of the system
	now    func() time.Time                                                      // nil for that of the system
}

// An answer is what is known of a name.
type answer struct {
	mu    sync.Mutex // held during the look-up
	asked bool
	addrs []netip.Addr
	err   error
	again time.Time // when one that failed is tried again
}

// The longest that a look-up takes, how soon one that failed is repeated, and how
// many names are kept: a scenario may take them from what it receives.
const (
	lookupTime  = 2 * time.Second
	lookupAgain = 5 * time.Second
	maxNames    = 1000
)

// find returns an address of a name, of the family of another address if it has
// one.
func (n *names) find(host string, like netip.Addr) (netip.Addr, error) {
	a := n.entry(host)
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now
	if n.now != nil {
		now = n.now
	}
	if !a.asked || a.err != nil && now().After(a.again) {
		a.addrs, a.err = n.ask(host)
		a.asked, a.again = true, now().Add(lookupAgain)
	}
	if a.err != nil {
		return netip.Addr{}, a.err
	}
	for _, addr := range a.addrs {
		if addr.Is4() == like.Is4() {
			return addr, nil
		}
	}
	return a.addrs[0], nil
}

// entry returns the place of what is known of a name. When there are too many, all
// are forgotten.
func (n *names) entry(host string) *answer {
	n.mu.Lock()
	defer n.mu.Unlock()
	a, ok := n.known[host]
	if !ok {
		if n.known == nil || len(n.known) >= maxNames {
			n.known = map[string]*answer{}
		}
		a = &answer{}
		n.known[host] = a
	}
	return a
}

// ask looks a name up.
func (n *names) ask(host string) ([]netip.Addr, error) {
	lookup := n.lookup
	if lookup == nil {
		lookup = net.DefaultResolver.LookupNetIP
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
	defer cancel()
	addrs, err := lookup(ctx, "ip", host)
	if err == nil && len(addrs) == 0 {
		err = fmt.Errorf("%s has no address", host)
	}
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, err
}
