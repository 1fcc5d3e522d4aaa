// Package resolve finds where a SIP message is to be sent, by DNS (RFC 3263).
//
// What the message itself says is a codec.Destination, from
// codec.RequestDestination or codec.Message.ResponseDestination. [Resolver.Targets]
// turns it into a list of targets: addresses with a port and a transport, in the
// order in which a client tries them.
//
//   - A number for a host needs no DNS (4.2).
//   - A host with a port needs A and AAAA records.
//   - With a transport but no port, SRV records give host and port, in the order
//     of priority and, among equals, at random by weight (RFC 2782).
//   - With neither, NAPTR records choose the transport (4.1); without these, the
//     first transport that has SRV records; without these, A and AAAA records and
//     UDP, or TLS for a sips URI.
//
// Answers are kept as long as their records say, and so are negative ones (RFC
// 2308). The number of kept answers, of records in an answer, of targets and of
// queries for one name is bounded.
//
// DNS gives no proof of who answers. A target of TLS has the name that its
// certificate must have: that of the URI, not one that DNS gave (RFC 5922, 4).
package resolve
