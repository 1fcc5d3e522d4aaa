package websocket_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
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
		// A ping and a request are answered. A pong, a response and an ACK are
		// not: two ends that do would never stop.
		var answer []byte
		switch codec.Classify(frame) {
		case codec.KindPing:
			answer = []byte("\r\n")
		case codec.KindMessage:
			if m.Parse(frame) != nil || !m.IsRequest() || m.Method() == header.MethodACK {
				continue
			}
			if answer, err = compose.AppendReply(nil, m, &compose.Reply{Status: 200, Tag: []byte("server")}); err != nil {
				continue
			}
		default:
			continue
		}
		if c.Write(r.Context(), websocket.MessageText, answer) != nil {
			return
		}
	}
}

// Two requests and a keep-alive over WebSocket, and what must not be answered.
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
	text := func(startLine, method, id string) string {
		return startLine + "\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\nFrom: <sip:b@example.org>;tag=1\r\n" +
			"To: <sip:a@example.org>\r\nCSeq: 1 " + method + "\r\nCall-ID: " + id + "\r\n\r\n"
	}
	for _, out := range []string{
		text("OPTIONS sip:a@example.org SIP/2.0", "OPTIONS", "first"),
		"\r\n\r\n",
		"\r\n", // a pong: no answer
		text("SIP/2.0 200 OK", "OPTIONS", "a response"),
		text("ACK sip:a@example.org SIP/2.0", "ACK", "an ACK"),
		text("OPTIONS sip:a@example.org SIP/2.0", "OPTIONS", "second"),
	} {
		if err := c.Write(ctx, websocket.MessageText, []byte(out)); err != nil {
			fmt.Println(err)
			return
		}
		if out != "\r\n\r\n" && !strings.HasPrefix(out, "OPTIONS") {
			continue
		}
		_, frame, err := c.Read(ctx)
		if err != nil {
			fmt.Println(err)
			return
		}
		if codec.Classify(frame) == codec.KindPong {
			fmt.Println("pong")
			continue
		}
		if err := m.Parse(frame); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%d %s for %s\n", m.Status(), m.Reason(), m.Value(header.IDCallID))
	}

	// Output:
	// subprotocol sip
	// 200 OK for first
	// pong
	// 200 OK for second
}
