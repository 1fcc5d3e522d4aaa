// Package stack sends and receives SIP: it joins the transactions and dialogs of
// this library, which know no network, with UDP, TCP, TLS and WebSocket, and with
// DNS. It is a module of its own, for it needs a DNS and a WebSocket library.
//
//	s, err := stack.New(stack.Config{
//		Listen:  []stack.Listener{{Network: "udp", Address: ":5060"}},
//		Handler: stack.HandlerFunc(func(r *stack.Request) {
//			r.Respond(&compose.Reply{Status: 200})
//		}),
//	})
//	if err != nil {
//		return err
//	}
//	defer s.Close()
//	res, err := s.Do(ctx, &stack.Outgoing{Method: "OPTIONS", URI: "sip:example.com"})
//
// A [Handler] gets each request, in a goroutine of its own, and answers it with
// [Request.Respond]. [Stack.Do] sends a request and returns its final response.
// Responses make a [Dialog], with Bye, ReInvite, Refer and Do. Retransmissions,
// 100 Trying, the ACK of failures, CANCEL, PRACK, repeats of a 2xx and of its
// ACK, merged requests and the rules for requests within a dialog are done here.
// from-sipgo.md in this folder shows the common tasks beside those of sipgo.
//
// # Connections
//
// A request goes where RFC 3263 says, see package resolve, by a connection that
// is there or by a new one; one of more than 1300 bytes takes TCP, and UDP when
// that fails. A response goes by the connection of its request, and when that is
// gone, to the address of the request and the port of its Via (RFC 3261, 18.2.2).
// Connections made here are kept alive (RFC 5626, 4.4.1); with the alias
// parameter one that was accepted is used for requests back (RFC 5923).
//
// # Goroutines
//
// Each of Config.Cores has a dialog.Layer, and all messages of one Call-ID are
// for the same. A lock owns it: the goroutine that reads a socket holds the lock
// while it gives the message to the Layer, in place, and lets it go before a
// handler runs. So there is no queue in front of a Layer.
//
// # Limits
//
// Config bounds handlers, connections, those of one peer, the bytes that wait
// for each, and the length of messages; its Dialog bounds transactions and
// dialogs. Beyond them a request is answered with a 503 and a connection closed.
package stack
