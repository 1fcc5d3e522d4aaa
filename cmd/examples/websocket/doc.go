// Package websocket shows SIP over WebSocket (RFC 7118) with a WebSocket
// library of the reader's choice; it holds an example and no code.
//
// A WebSocket message is one SIP message (RFC 7118, 5): what the library
// hands out goes to codec.Message.Parse as a datagram would, since the frame
// is the boundary and Content-Length may be missing. codec.Stream is for TCP
// and TLS and has no part in it. A message of two CRLFs is a ping, one of a single
// CRLF its pong, which nothing answers (RFC 5626, 4.4.1): codec.Classify tells them
// from each other and from messages.
package websocket
