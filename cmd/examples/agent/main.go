// Command agent is the calling side of a SIP user agent over UDP, without media: it
// registers, calls, and hangs up.
//
//	go run ./examples/agent -user alice -password zanzibar -registrar sip:127.0.0.1:5060 -call sip:bob@127.0.0.1:5060
//
// It shows compose.Builder for the first request, package digest and
// codec.Edit.Retry for a challenge, compose.AppendACK and AppendCancel for what
// follows an INVITE, and compose.Dialog for the rest of the call. The example
// callee takes calls.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address and port to send from, as peers see them")
	user := flag.String("user", "alice", "user name")
	password := flag.String("password", "", "password")
	registrar := flag.String("registrar", "", "sip URI to register at")
	call := flag.String("call", "", "sip URI to call")
	flag.Parse()
	if err := run(*listen, *user, *password, *registrar, *call); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(listen, user, password, registrar, call string) error {
	addr, err := netip.ParseAddrPort(listen)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return err
	}
	defer conn.Close()
	a := newAgent(conn, user, password)
	if registrar != "" {
		err = a.register(registrar, 3600)
	}
	if err == nil && call != "" {
		err = a.call(call, 30*time.Second, 3*time.Second)
	}
	return err
}
