// Command examples runs one of the examples of package stack:
//
//	go run ./examples registrar 127.0.0.1:5060
//	go run ./examples redirect 127.0.0.1:5061 sip:bob@192.0.2.4
//	go run ./examples b2bua 127.0.0.1:5062 127.0.0.1:5061
//
// The redirect server sends every call to the URI that is named last, the
// back-to-back user agent to the server that is named last.
package main

import (
	"fmt"
	"os"
	"os/signal"

	"github.com/sipwire/sipwire/stack"
	"github.com/sipwire/sipwire/stack/examples/b2bua"
	"github.com/sipwire/sipwire/stack/examples/redirect"
	"github.com/sipwire/sipwire/stack/examples/registrar"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	var h stack.Handler
	switch {
	case len(args) == 2 && args[0] == "registrar":
		h = registrar.New("example", nil)
	case len(args) == 3 && args[0] == "redirect":
		h = redirect.New(func(string) []string { return args[2:] })
	case len(args) == 3 && args[0] == "b2bua":
		h = b2bua.New(func(user string) string { return "sip:" + user + "@" + args[2] }, nil)
	default:
		return fmt.Errorf("want registrar ADDRESS, redirect ADDRESS URI or b2bua ADDRESS SERVER")
	}
	s, err := stack.New(stack.Config{Handler: h, Listen: []stack.Listener{{Network: "udp", Address: args[1]}, {Network: "tcp", Address: args[1]}}})
	if err != nil {
		return err
	}
	defer s.Close()
	fmt.Println(s.URI("", s.Addrs()[0].Transport))
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt)
	<-end
	return nil
}
