// Command proxy is a stateless SIP proxy over UDP (RFC 3261, 16.11):
//
//	go run ./examples/proxy -listen 127.0.0.1:5060 -route bob=sip:bob@127.0.0.1:5070
//
// Requests to a user of the proxy's own address go where -route says, all others
// where their Route or Request-URI does. It shows what the library does for that:
// codec.Message.NextHop and RequestDestination for where a request goes,
// ResponseDestination for where a response goes, compose.Key for a branch that a
// request, its CANCEL and the ACK for its failure share, and codec.Edit for the
// changes of one hop.
//
// A stateless proxy makes no 100 and forks nothing. Hosts are addresses: who has
// names gives the codec.Destination to a resolver (RFC 3263).
package main

import (
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:5060", "address and port to listen on, as peers see them")
	routes := map[string]string{}
	flag.Func("route", "user=URI: where requests to a user go; may be given again", func(s string) error {
		user, to, ok := strings.Cut(s, "=")
		if !ok {
			return fmt.Errorf("%q is not user=URI", s)
		}
		routes[user] = to
		return nil
	})
	flag.Parse()
	if err := run(*listen, routes); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(listen string, routes map[string]string) error {
	addr, err := netip.ParseAddrPort(listen)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return err
	}
	defer conn.Close()
	p, err := newProxy(conn.LocalAddr().(*net.UDPAddr).AddrPort(), routes)
	if err != nil {
		return err
	}
	fmt.Println("listening on", p.self)
	return p.serve(conn)
}

// serve forwards what comes until conn is closed.
func (p *proxy) serve(conn *net.UDPConn) error {
	in := make([]byte, 64<<10)
	var out []byte
	for {
		n, src, err := conn.ReadFromUDPAddrPort(in)
		if err != nil {
			return err
		}
		to := netip.AddrPort{}
		out, to = p.handle(out[:0], in[:n], netip.AddrPortFrom(src.Addr().Unmap(), src.Port()))
		if len(out) > 0 {
			// What cannot be sent is lost, as any datagram may be: it comes
			// again (RFC 3261, 17.1).
			_, _ = conn.WriteToUDPAddrPort(out, to)
		}
	}
}
