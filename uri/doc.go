// Package uri reads, compares and writes the URIs of SIP: sip and sips
// (RFC 3261, 19.1 and 25.1; IPv6 as corrected by RFC 5954), tel (RFC 3966),
// and urn and every other absolute URI (RFC 3261, 25.1) as opaque text.
//
// A [URI] is a small value of offsets into the bytes it was parsed from. The
// bytes belong to the caller, are never written to and never copied; every
// view that an accessor returns is a part of them and is valid as long as
// they are. Nothing in this package allocates, errors included, except
// [URI.String], [MustParse] and an append to a slice without room.
//
// Text is returned as received: escapes, case and separators are undone only
// by the functions that say so ([AppendUnescaped], [Phone.AppendDigits]) and
// by comparison. A view may hold escaped control bytes; unescaped, they must
// not be written into a message again without [AppendEscaped].
//
// # What is accepted beyond the grammar
//
//   - An IPv6 zone, "[fe80::1%eth0]", which [URI.HostAddr] leaves out.
//   - "#", "\\", "^", "`", "{", "|" and "}" in a user part, unescaped.
//   - A ";" at the end of the URI.
//   - "_" in host names, and names whose last label begins with a digit or
//     that are all digits: both are in daily use as local names.
//   - An empty parameter value (";a="), a URI header without "=" ("?a"), and
//     ";" and "=" inside the value of a URI header, as phones write Replaces.
//   - A local tel number without phone-context: RFC 3966, 5.1.5 asks for one,
//     but tel:112 must reach the emergency service. [Phone.Context] reports it.
//   - A phone-context that is neither a domain nor a number.
//   - One colon too many before the IPv4 part of an IPv6 address, which the
//     grammar of RFC 3261 produced by mistake (RFC 5118, 4.10).
//   - A parameter given twice (RFC 3261, 19.1.1 forbids it): the first counts
//     and [URI.DuplicateParam] reports it.
//
// Refused in spite of some peers: an empty port and one above 65535, escapes
// in a host (RFC 3261, 19.1.2), empty user parts and every other byte that had to
// be escaped.
//
// # Cost
//
// Parsing is one pass. Comparison looks at no more than 64 parameters a side
// in any order (see [Equal]), so its cost is at most a constant times the
// bytes whatever the input.
package uri
