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
// kept too long reads other bytes, never memory that is gone. A second Release does
// nothing, and a Hold after the next Read is refused. Under the race detector and
// with the build tag sipwiredebug, bytes that were given back read 0xDB, a write
// to a released packet panics when its slot is used again, and so does a Hold
// that comes too late. A [Datagram] is read during Write only.
//
// # Which implementation to take
//
// Auto, which is [Mmsg] on Linux and [Portable] elsewhere. io_uring is there to
// be asked for: on loopback it receives a backlog as cheaply as recvmmsg and
// loses everywhere else, since its completions need a second wake-up. What is
// refused, by an old kernel, seccomp, a sysctl or [EnvImpl], falls back to the
// next, and [Socket.Refusals] says why.
//
// # Packets that come singly
//
// A packet that comes alone costs five system calls with a wait in the runtime's
// poller: the receive that finds nothing, two of the poller, the receive, the
// send; and the change of threads costs more than these. A program in C that
// waits in recvfrom pays for the change too. The only way to pay less is fewer
// wake-ups. So the reader counts what comes, and when at least two packets fall
// into Config.Window it sleeps for a moment, up to Window, and takes what has
// gathered. With the default of 500 µs, one packet in five is waited for at
// 8,000 a second. Below 4,000 a second, and after a pause, it waits for each
// packet and delays none. It sleeps only after a batch that was not full: where
// packets come faster than they are read, batches are full.
//
// The thread keeps its processor (of GOMAXPROCS) while it sleeps. Where as many
// Readers sleep as there are processors, each lets the goroutines that are ready
// run before it sleeps. Every 4 ms it waits in the poller, so that other sockets
// get their turn; every 10 ms where there is always a packet, which is how often
// the runtime looks by itself.
//
// CPU of one core in nanoseconds a packet of 600 bytes, user and system, medians
// of interleaved rounds, Linux 6.18 on two cores of an AMD EPYC, loopback
// (go -C bench run ./udp prints it for the machine at hand):
//
//	                          net.UDPConn  ReadBatch  mmsg   io_uring
//	receive a backlog                1011        747   648        628
//	the same, with local address     1222        734   684        667
//	one flow, runs of 16, GRO         962          -    83          -
//	send to 16 destinations          3982       3227  3180       3364
//	send to one, runs of 16, GSO     3969          -   842        882
//	receive, parse, edit, send       5782          -  4270       4484
//	answer OPTIONS (sipgo: 15959)    7028          -  2759       2816
//
// Receive, parse, edit and send again what arrives by itself, in one process on
// one core, next to Kamailio 5.6.3 (stateless forward, one child) and to a loop of
// recvmmsg and sendmmsg in C that does nothing else. The packets have one size and
// one destination. Medians of rounds on 27 November 2026, the same processor with
// nothing else to do:
//
//	packets a second   Kamailio  C, mmsg  net.UDPConn  mmsg, no Window  mmsg
//	8,000, singly         13093     9557        32850            16632  8453
//	20,000, singly        16892    11330        32532            18156  5863
//	20,000, by four       15981     7268        21184             9880  6150
//	as many as it can      9863     4469        10725             4803  1680
//
// # What is not lost
//
// Packets sent to the socket are those read, those that [Stats] says the kernel
// dropped, and those that still wait: exactly, where SO_MEMINFO is known and
// Config.GRO is off. With GRO the kernel counts a run of packets as one drop, see
// [Stats].
// Packets are dropped when the reader has no core for longer than the receive
// buffer lasts, whoever reads: at 100,000 packets of 600 bytes a second, the
// default buffer lasts 1.7 ms and one of 16 MiB 0.26 s ([Buffer.Packets]). On a
// machine with ten times the work that it has cores for, pauses came to 0.9 s.
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
//
// A Reader does not know one peer from another: Config.Held bounds what all of
// them hold together. A program that holds packets for long counts by source
// itself and stops holding before the holds are out, or one peer has them all.
//
// Of RFC 3261 this concerns 18.1.1 and 18.2.2 (sending), of RFC 3581 section 4
// (the answer leaves from where the request came in).
package udp
