// Package transaction is the transaction layer of SIP (RFC 3261, 17) without
// sockets, threads, locks or a clock. Messages and the time go in; bytes to
// send and events come out.
//
//	func serve(out transaction.Transport, in <-chan []byte, from transaction.Addr, handle func(transaction.Event)) {
//		layer := transaction.New(out, transaction.Config{})
//		m := codec.Acquire()
//		defer codec.Release(m)
//		for began := time.Now(); ; {
//			wait := time.Hour
//			if at, ok := layer.Next(); ok {
//				wait = at - time.Since(began)
//			}
//			select {
//			case datagram := <-in:
//				if m.Parse(datagram) == nil {
//					handle(layer.Receive(m, from, time.Since(began)))
//				}
//			case <-time.After(wait):
//			}
//			for ev, ok := layer.Advance(time.Since(began)); ok; ev, ok = layer.Advance(time.Since(began)) {
//				handle(ev)
//			}
//		}
//	}
//
// One [Layer] is for one core: use one for each, and send all messages of one
// transaction to the same. None of its methods may run at the same time as
// another one of the same Layer.
//
// # What it does
//
// A server transaction begins when Receive returns an [Event] of kind
// [Request]; answer it with [Layer.Reply] or [Layer.Respond]. [Layer.Request]
// begins a client transaction. Both go by the four machines of RFC 3261,
// figures 5 to 8, with the Accepted states of RFC 6026 and the rules of RFC
// 4320 for what is not INVITE: no 408 is sent, no provisional response but 100,
// and that one when the client has slowed down to T2. What a proxy passes on costs
// less by [Layer.Forward] and [Layer.Relay].
//
// The Layer itself sends again, absorbs what comes again, sends the ACK for
// 300 to 699, a 100 when the answer takes longer than [Config.Trying], the 200
// to a CANCEL and the 487 to the INVITE that it cancels, and repeats a reliable
// provisional response until its PRACK (RFC 3262). The ACK for a 2xx and the
// repeats of a 2xx are for the dialog: see package dialog.
//
// # Time and addresses
//
// now is the time since an epoch that the caller chooses, and must not be
// negative; one that is before the last one counts as the last one. Timers go
// by whole milliseconds. An [Addr] names the other side; its Flow is the
// caller's, say a connection.
//
// # Who owns the bytes
//
// The Layer keeps copies of what it needs, in memory that it uses again. What
// [Transport] is given, and what [Layer.RequestBytes] and
// [Layer.ResponseBytes] return, is valid until the next call of a method of the
// Layer. A [Handle] names one transaction for ever: once it has ended, calls
// with it return ErrStale.
//
// # Limits and hostile input
//
// [Config] bounds the transactions, the bytes, and what one source may hold;
// what goes beyond is refused by [Config.Refuse]. Nothing is allocated in the
// steady state. Messages that fit no transaction change nothing and are
// counted in [Stats].
package transaction
