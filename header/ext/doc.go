// Package ext has views of the values of headers that documents other than RFC 3261
// and RFC 3262 define: events (RFC 6665, RFC 6086), replaced and joined dialogs (RFC
// 3891, RFC 3911, RFC 4538), session timers (RFC 4028), reasons (RFC 3326),
// identities and privacy (RFC 8224, RFC 3323), priorities (RFC 4412), the P- headers
// of IMS (RFC 7315) and others.
//
// Package header reads the headers of such documents whose value has one of the
// common forms: header.NameAddr reads Refer-To, header.Item reads Answer-Mode,
// header.DeltaSeconds reads Min-SE.
//
// What package header says about views holds here: they point into the bytes they
// were parsed from, and nothing but String allocates.
package ext
