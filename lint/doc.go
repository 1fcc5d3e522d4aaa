// Package lint says what is wrong with a SIP message, rule by rule: what keeps
// it from being parsed, values that do not follow their grammar, and every
// other rule of RFC 3261 and its neighbours that can be checked by looking at
// one message. A proxy can log it, a test can demand that nothing is found,
// and `sipwire check` prints it.
//
//	m := codec.Acquire()
//	defer codec.Release(m)
//	_ = m.Parse(datagram) // Check reports this error too
//	for _, f := range lint.Check(m) {
//		fmt.Println(f)
//	}
//
// # Severities
//
// A finding is an [Error] when an RFC 3261 element answers the message with
// 400, 416, 420 or 505, or drops it. What an element is told to ignore, to
// tolerate or to repair is a [Warning], even where the RFC says MUST. A [Note]
// breaks no rule, or none that matters alone.
//
// # Rules
//
// Each finding has the name of its [Rule]. Names are stable: programs may
// compare them, and no release gives one another meaning. A value that does
// not follow its grammar is reported under the name of its [sipwire.Code], as
// in "number" or "angle". What the parser tolerates beyond the grammar has
// names of its own, such as "raw-display-name": parser and checker share one
// list, so that nothing is tolerated unseen. All other rules are constants of
// this package. They are about
//
//   - the start line and the lines: version, status, line ends, UTF-8, what
//     is no message at all;
//   - what must be there, and what must not: headers, tags, Content-Type;
//   - URIs: table 1 of RFC 3261, 19.1.1 for From, To, Contact, Route,
//     Record-Route, Path and Service-Route, and parameters given twice;
//   - Digest: parameters that lack, qop with nc and cnonce, the forms of nc
//     and response, quotes;
//   - fields that belong together: the one Contact of a dialog, reliable
//     responses, session timers, Replaces and its tags, sips and UDP;
//   - the session description and its answer.
//
// `sipwire check --rules` prints all of them, as [Rules] yields them.
//
// # Who owns the bytes, and what it costs
//
// Findings own their text and stay valid after the message is released. What
// they quote of a message is short and escaped as in Go source, so that a
// finding is safe in a log and on a terminal. This package allocates: use it
// beside the fast path, for the messages you want to know about. The time is
// at most n log n in the bytes of the message.
//
// Sections of RFC 3261: 7 and 18.3 (framing), 8.1 and 8.2 (what must be
// there), 9.1 (CANCEL), 10 (Contact), 16 (proxies), 19.1 (URIs), 20 (header
// fields), 22 (Digest); RFC 2046, 3262, 3515, 3581, 3891, 4028, 7616, 8224 and
// others where a finding says so.
package lint
