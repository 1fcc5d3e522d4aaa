// Command options answers OPTIONS from a stateless loop (RFC 3261, 11.2 and
// 8.2.7), as something that is asked whether it is alive does:
//
//	go run ./examples/options -listen :5060 -readers 2
//
// It shows the batch way of package udp together with compose.AppendReply: a
// batch of packets is parsed where it lies, the answers are appended to one
// buffer, and leave in one batch. Nothing is allocated for a request.
//
// Packets that are no SIP request, and ACK and CANCEL, are not answered
// (8.2.7); other methods than OPTIONS get a 405, and an OPTIONS that requires an
// extension a 420 (8.2.2.3).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"sync"

	"github.com/sipwire/sipwire/udp"
)

func main() {
	listen := flag.String("listen", ":5060", "address and port to listen on")
	readers := flag.Int("readers", 1, "sockets on that port, each with a goroutine of its own; more than 1 on Linux only")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, *listen, *readers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run answers until ctx is done.
func run(ctx context.Context, listen string, readers int) error {
	cfg := udp.Config{RecvBuffer: 4 << 20, Held: -1}
	var sockets []*udp.Socket
	if readers > 1 {
		g, err := udp.ListenGroup(ctx, "udp", listen, readers, cfg)
		if err != nil {
			return err
		}
		defer g.Close()
		sockets = g.Sockets
	} else {
		s, err := udp.Listen(ctx, "udp", listen, cfg)
		if err != nil {
			return err
		}
		defer s.Close()
		sockets = append(sockets, s)
	}
	fmt.Println("listening on", sockets[0].LocalAddr(), "with", sockets[0].Impl())
	errs := make(chan error, len(sockets))
	var all sync.WaitGroup
	for _, s := range sockets {
		all.Go(func() { errs <- serve(s) })
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-errs:
	}
	for _, s := range sockets {
		r, w := s.R.Stats(), s.W.Stats()
		fmt.Printf("%d packets in %d batches, %d answers, %d dropped by the kernel\n", r.Packets, r.Batches, w.Packets, r.Drops)
		s.Close()
	}
	all.Wait()
	return err
}

// serve answers what comes until the socket is closed.
func serve(s *udp.Socket) error {
	a := newAnswerer()
	out := make([]byte, 0, 64<<10)
	answers := make([]udp.Datagram, 0, udp.DefaultBatch)
	for {
		packets, err := s.R.Read()
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return nil
			}
			return err
		}
		out, answers = out[:0], answers[:0]
		for i := range packets {
			p := &packets[i]
			if p.Truncated() {
				continue // what is left of it is not the message (18.3)
			}
			at := len(out)
			var to netip.AddrPort
			if out, to = a.answer(out, p.Data, p.Src); len(out) > at {
				d := p.Reply(out[at:])
				d.Dst = to
				answers = append(answers, d)
			}
		}
		// An answer that cannot be sent is lost as any datagram may be: the
		// request comes again (17.1.2). The Writer counts it.
		s.W.Write(answers)
	}
}
