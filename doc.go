// Package sipwire is the root of a SIP (RFC 3261) message parser and codec
// that allocates nothing and copies nothing. It holds the error codes of all
// packages: see [Code]. The packages are
//
//   - codec: Message, the index of a message with its typed values; Parser,
//     with limits and strictness; keys of transactions and dialogs, routes;
//     Edit, which changes a message; Stream, which cuts TCP and TLS into
//     messages.
//   - compose: messages made: replies, requests, and messages from nothing.
//   - stamp: a template of a message, compiled once and stamped many times.
//   - sdp: session descriptions: media, hold, changes, edits in place.
//   - multipart: the parts of a multipart body; one replaced in place.
//   - lint: what is wrong with a message, rule by rule.
//   - compact: a message in compact or long form, and shrunk to fit a
//     datagram.
//   - header: the table of header fields, methods and status codes, list
//     splitting, and the typed values.
//   - uri: sip, sips, tel and other absolute URIs.
//   - udp: datagrams in and out of the kernel in batches.
//   - pool: bounded pools for buffers.
//
// The way of a message: udp.Reader or codec.Stream hands out bytes in place,
// codec.Message.Parse indexes them, typed views read single values when asked,
// codec.Edit or compose.AppendReply writes what is sent into a buffer of the
// caller, and udp.Writer or codec.StreamWriter sends it. Nothing that was
// received is copied before that, and none of it is changed.
//
// The tool in cmd/sipwire shows all of it; bench compares it with other
// parsers; docs/design.md has the design.
package sipwire
