// Package serve puts package forward onto sockets: UDP in batches with one
// goroutine for each processor, and TCP and TLS connections, which are used
// again in both directions.
//
// Every message that is received is counted once more when it is known what
// became of it: received = forwarded + answered + absorbed + dropped. The sums
// are equal whenever nothing is in a queue.
//
// Everything that a peer can make grow has a limit: connections, the messages
// that wait for a slow one, and the time that one may be idle or take for a
// message.
package serve
