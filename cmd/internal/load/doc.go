// Package load runs a scenario at a rate: it decides when calls begin, carries
// messages between sockets and the engine, and sums up what happened.
//
// Arrivals are an open loop: when a call begins does not depend on how earlier
// ones fare, so that a target that stalls cannot slow down what measures it. A
// call is due at the first tick behind its place in the schedule: 1 to 24 ms,
// see setTick.
//
// Each worker is one goroutine with an engine and, over UDP, a socket of its
// own. While little happens it waits for packets; while much happens it looks
// at the socket once in a tick, takes what has gathered and sends its
// answers in one batch. The kernel says when each packet came, so that this
// does not count as the target's time.
//
// What the generator itself does wrong is part of the result ([Result.Health]):
// messages that left late, packets that the kernel dropped, and the share of
// the processor it had.
package load
