// Command callee is the called side of a SIP user agent over UDP, without media: it
// lets a call ring for a second, takes it, and waits for the BYE.
//
//	go run ./examples/callee -listen 127.0.0.1:5070 -user bob
//
// It shows compose.AppendReply and compose.Key, which gives a request that comes
// again the same tag, codec.Message.ResponseDestination for where a response goes,
// AppendCanceledKey for a CANCEL, and compose.Dialog, whose ID is known before the
// 200 is sent. The example agent makes calls.
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
	listen := flag.String("listen", "127.0.0.1:5070", "address and port to listen on, as peers see them")
	user := flag.String("user", "bob", "user name")
	flag.Parse()
	if err := run(*listen, *user); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(listen, user string) error {
	addr, err := netip.ParseAddrPort(listen)
	if err != nil {
		return err
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return err
	}
	defer conn.Close()
	fmt.Println("listening on", conn.LocalAddr())
	return newCallee(conn, user, time.Second).serve()
}
