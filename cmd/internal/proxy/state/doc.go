// Package state is a SIP proxy with transactions, without sockets, goroutines
// or a clock (RFC 3261, 16.2 to 16.10): messages and the time go in, messages
// to send come out, and of each message that came it says what became of it.
//
// Each request has a response context (16.2): its server transaction and a
// branch for each copy that was sent on. Package transaction repeats and
// absorbs; package forward checks and rewrites; this one chooses the targets,
// forks, cancels, tries the next target, and chooses the best response.
//
// A Proxy is for one goroutine at a time. All messages of a call must come to
// the same one; what the Call-ID is hashed to says which.
//
// Contexts, branches and bytes are bounded: a request beyond the limits is
// answered with 503 and Retry-After. In the steady state nothing is allocated.
package state
