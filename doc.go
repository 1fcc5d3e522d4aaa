// Package sipwire is the root of a SIP (RFC 3261) message parser and codec
// that allocates nothing, copies nothing and edits by splicing. It holds no
// code; the packages are
//
//   - codec: Message, the lazy index of a message; Parser, its limits and
//     strictness; Stream, Edit, Reply, Builder and Template.
//   - header: the table of header fields, methods and status codes, list
//     splitting, and the typed values.
//   - uri: sip, sips, tel and other absolute URIs.
//   - compact: whole messages between long and compact form.
//   - udp: packets in and out of the kernel in batches.
//   - pool: bounded pools for buffers.
//
// The way of a message: udp.Reader or codec.Stream hands out bytes in place,
// codec.Message.Parse indexes them, typed views read single values on
// demand, codec.Edit, Reply or Builder write the outcome into one buffer, and
// udp.Writer sends it. Between the socket and that buffer no byte is copied
// and none is changed.
//
// The tool in cmd/sipwire shows all of it at work; bench compares it with
// other parsers.
package sipwire
