// Package udp moves datagrams in and out of the kernel in batches, as cheaply
// as the system allows. Once parsing a message costs a tenth of a microsecond,
// the system calls around it are what a proxy spends its time on.
//
//	s, err := udp.Listen(ctx, "udp", ":5060", udp.Config{RecvBuffer: 4 << 20})
//	if err != nil {
//		return err
//	}
//	for {
//		packets, err := s.R.Read()
//		if err != nil {
//			return err
//		}
//		answers = answers[:0]
//		for i := range packets {
//			// answer parses the datagram in place.
//			answers = append(answers, packets[i].Reply(answer(packets[i].Data)))
//		}
//		if _, err := s.W.Write(answers); err != nil {
//			return err
//		}
//	}
//
// # Who owns the bytes
//
// Packet.Data lies in a slot of the reader and is valid until the next Read.
// [Packet.Hold] keeps one longer, up to Config.Held at a time; when these are
// out, Hold says no and nothing else changes: the reader always has a batch of
// slots of its own and never stalls. A slot is as long as the longest datagram,
// but is memory that is not touched before bytes come: packets of 600 bytes cost
// a page or two for each of the Batch+Held slots, and what large datagrams can
// make of it is bounded by their number (6 MiB with the defaults). Data that is
// kept too long reads other bytes, never memory that is gone; under the race
// detector it reads 0xDB. A [Datagram] is read during Write only.
//
// # Which implementation to take
//
// Auto, which is [Mmsg] on Linux and [Portable] elsewhere. io_uring is there to
// be asked for: on loopback it receives a backlog as cheaply as recvmmsg and
// loses everywhere else, since its completions need a second wake-up. [Thread]
// is for a socket that is always busy and has a core to itself, see below. What
// is refused, by an old kernel, seccomp, a sysctl or [EnvImpl], falls back to
// the next, and [Socket.Refusals] says why.
//
// CPU of one core in nanoseconds a packet of 600 bytes, user and system, medians
// of interleaved rounds, Linux 6.18 on two cores of an AMD EPYC, loopback
// (go -C bench run ./udp prints it for the machine at hand):
//
//	                          net.UDPConn  ReadBatch  mmsg   io_uring  thread
//	receive a backlog                1011        747   648        628     637
//	the same, with local address     1222        734   684        667     688
//	one flow, runs of 16, GRO         962          -    83          -       -
//	100,000 a second, singly         6429       7460  5662       9002    4173
//	  and a Window of 100 µs            -          -  4780          -    1109
//	the same, GOMAXPROCS=1           6684       7547  5644       7240    4102
//	  and a Window of 100 µs            -          -  1074          -    1050
//	send to 16 destinations          3982       3227  3180       3364    mmsg
//	send to one, runs of 16, GSO     3969          -   842        882    mmsg
//	receive, parse, edit, send       5782          -  4270       4484    4171
//	answer OPTIONS (sipgo: 15959)    7028          -  2759       2816    2863
//
// The rows of 100,000 a second pay for being woken, not for the packets, and
// move with what else runs. They are of a machine that did nothing else, where
// each packet comes alone: mmsg is ahead by an eighth, thread by a half. Where
// wake-ups are slow, packets gather by themselves and both are ahead by two and
// more. Config.Window makes them gather. It saves
// most where GOMAXPROCS leaves no idle processor; with one, and any timer
// pending, the runtime's poller is still woken for each packet (4780 ns above),
// unless the reader is a Thread.
//
// # A thread that waits in the kernel
//
// The runtime's poller costs more than the packet that it waits for, and a
// socket that it knows wakes it for every packet, wanted or not. With [Thread]
// the poller does not know the socket, and the reader waits in recvmmsg, as a
// program in C would. What that costs beside:
//
//   - While packets come, the reader keeps a processor of GOMAXPROCS to itself,
//     up to two ticks of the kernel's clock (at most 8 ms at 250 Hz) after the
//     last one. Have more processors than such readers: with no other, the rest
//     of the program runs when the reader is preempted, every 10 ms.
//   - A deadline or context that comes while packets come is seen after these
//     two ticks at the latest; at once when the reader has waited for longer,
//     and Close at once always.
//   - Where packets are further apart than that, it has no advantage and does
//     no harm: the reader waits in ppoll, and its processor is free.
//   - [Socket.Conn] is another handle of the socket, and undoes what was won.
//
// # What is not lost
//
// Packets sent to the socket are those read, those that [Stats] says the kernel
// dropped, and those that still wait: exactly, where SO_MEMINFO is known.
// Datagrams given to Write are those the kernel took and those with an Err.
// A packet that was cut says so and how long it was; it is never to be parsed as
// a whole.
//
// # Limits
//
// One goroutine reads a Reader and one writes a Writer; Close, Stats, deadlines
// and Release may come from any. A [Group] uses more cores. On other systems
// than Linux a wildcard socket does not know the address that was called, there
// are no receive times, no counts of drops and no groups. With io_uring
// datagrams of one Write may overtake each other when the send buffer is full.
// Waiting is the netpoller's throughout, but for Thread.
//
// Of RFC 3261 this concerns 18.1.1 and 18.2.2 (sending), of RFC 3581 section 4
// (the answer leaves from where the request came in).
package udp
