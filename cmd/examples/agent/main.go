// Command agent is the calling side of a SIP user agent over UDP, without media: it
// registers, calls, and hangs up.
//
//	go run ./examples/agent -user alice -password zanzibar -registrar sip:127.0.0.1:5060 -call sip:bob@127.0.0.1:5060
//
// It shows compose.Builder for the first request, compose.Authenticator for a
// challenge, transaction.Layer for what is sent again, for CANCEL and for the ACK of
// a failure, and compose.Dialog for the rest. The example callee takes calls.
package main

import (
	"flag"
	"log"
	"net"
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
		log.Fatal(err)
	}
}

func run(listen, user, password, registrar, call string) error {
	conn, err := net.ListenPacket("udp", listen)
	if err != nil {
		return err
	}
	defer conn.Close()
	a := newAgent(conn.(*net.UDPConn), user, password)
	if registrar != "" {
		err = a.register(registrar, 3600)
	}
	if err == nil && call != "" {
		err = a.call(call, 30*time.Second, 3*time.Second)
	}
	return err
}
