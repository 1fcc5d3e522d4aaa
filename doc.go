// Package sipwire is the root of a SIP (RFC 3261) message parser and codec
// that allocates nothing and copies nothing. It holds no code; the packages
// are
//
//   - codec: Message, the lazy index of a message with its typed values;
//     Parser, its limits and strictness; transaction and dialog keys, route
//     sets; Edit, Reply, Builder and Template, which write; Stream, framing
//     for TCP and TLS.
//   - compact: a message in compact or long form, and shrunk to fit a
//     datagram.
//   - header: the table of header fields, methods and status codes, list
//     splitting, and the typed values.
//   - uri: sip, sips, tel and other absolute URIs.
//   - udp: packets in and out of the kernel in batches.
//   - pool: bounded pools for buffers.
//
// The way of a message: udp.Reader or codec.Stream hands out bytes in place,
// codec.Message.Parse indexes them, typed views read single values on
// demand, codec.Edit or compose.AppendReply writes what goes out into a buffer
// of the caller, and udp.Writer or codec.StreamWriter sends it. Nothing of
// what came in is copied before that, and none of it is changed.
//
// The tool in cmd/sipwire shows all of it at work; bench compares it with
// other parsers.
package sipwire
