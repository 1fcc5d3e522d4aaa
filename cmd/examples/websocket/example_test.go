package websocket_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/coder/websocket"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// serve reads one SIP message after the other from a WebSocket connection.
func serve(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"sip"}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	c.SetReadLimit(codec.DefaultMaxMessage)
	m := codec.Acquire()
	defer codec.Release(m)
	for {
		// Text and binary frames both carry SIP (RFC 7118, 5). The bytes are
		// ours until the next Read; m points into them.
		_, frame, err := c.Read(r.Context())
		if err != nil {
			return
		}
		var answer []byte
		switch err := m.Parse(frame); {
		case errors.Is(err, sipwire.ErrEmpty):
			answer = []byte("\r\n") // the pong to a ping
		case err != nil:
			continue
		case m.IsRequest():
			answer = fmt.Appendf(nil, "SIP/2.0 200 OK\r\nCall-ID: %s\r\nContent-Length: 0\r\n\r\n", m.Value(header.IDCallID))
		}
		if c.Write(r.Context(), websocket.MessageText, answer) != nil {
			return
		}
	}
}

// Two requests and a keep-alive over WebSocket.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(serve))
	defer server.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, _, err := websocket.Dial(ctx, server.URL, &websocket.DialOptions{Subprotocols: []string{"sip"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.CloseNow()
	fmt.Println("subprotocol", c.Subprotocol())

	m := codec.Acquire()
	defer codec.Release(m)
	for _, out := range []string{
		"OPTIONS sip:a@example.org SIP/2.0\r\nCall-ID: first\r\n\r\n",
		"\r\n\r\n",
		"OPTIONS sip:a@example.org SIP/2.0\r\nCall-ID: second\r\nContent-Length: 2\r\n\r\nhi",
	} {
		if err := c.Write(ctx, websocket.MessageText, []byte(out)); err != nil {
			fmt.Println(err)
			return
		}
		_, frame, err := c.Read(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		if errors.Is(m.Parse(frame), sipwire.ErrEmpty) {
			fmt.Println("pong")
			continue
		}
		fmt.Printf("%d %s for %s\n", m.Status(), m.Reason(), m.Value(header.IDCallID))
	}

	// Output:
	// subprotocol sip
	// 200 OK for first
	// pong
	// 200 OK for second
}
