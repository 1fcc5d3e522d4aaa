// Package registrar keeps in memory where users can be reached (RFC 3261, 10.3;
// RFC 3327; RFC 5626), for a proxy on one machine. It has no sockets and no
// clock: a REGISTER and the time go in, the parts of its answer come out.
//
// Bindings are bounded, for each user and in all, and a lookup allocates
// nothing. A Registrar may be used by many goroutines at once, each with a
// Session of its own.
package registrar
