// Package forward is a stateless SIP proxy without sockets (RFC 3261, 16.3 to
// 16.6 and 16.11): a message goes in, and bytes and the place to send them to
// come out. It reads no clock, and allocates nothing for a message.
//
// What a request is sent on with depends on nothing but the request, the
// configuration and the key. So a request that is sent again, the CANCEL of an
// INVITE and the ACK of its failure take the same way with the same branch,
// also when another proxy with the same key forwards them.
//
// A host name in a Route, a Request-URI or a Via is found by the Names of the
// configuration, which do not wait. Where DNS has to be asked first, the message
// is given back, for a Forwarder that waits.
package forward
