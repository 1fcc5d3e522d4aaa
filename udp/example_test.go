package udp_test

import (
	"bytes"
	"context"
	"fmt"
	"net"

	"github.com/sipwire/sipwire/udp"
)

// A stateless loop: each batch that comes in is answered by one that goes out,
// from the address that was called. The answer here is what
// codec's reply gives for a request; it may be one buffer, as here, or segments.
func Example() {
	s, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", udp.Config{RecvBuffer: 1 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		out := make([]udp.Datagram, 0, udp.DefaultBatch)
		for {
			packets, err := s.R.Read()
			if err != nil {
				return // closed
			}
			out = out[:0]
			for i := range packets {
				p := &packets[i]
				if !p.Truncated() && bytes.HasPrefix(p.Data, []byte("OPTIONS ")) {
					out = append(out, p.Reply([]byte("SIP/2.0 200 OK\r\n\r\n")))
				}
			}
			s.W.Write(out) // each datagram's Err says what became of it
		}
	}()

	c, err := net.Dial("udp4", s.LocalAddr().String())
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Fprint(c, "OPTIONS sip:bob@biloxi.example.com SIP/2.0\r\n\r\n")
	answer := make([]byte, 100)
	n, _ := c.Read(answer)
	fmt.Printf("%q\n", answer[:n])
	s.Close()
	// Output: "SIP/2.0 200 OK\r\n\r\n"
}

// A worker takes its time, the reader does not wait for it: what does not fit
// the queue is the reader's to decide.
func ExampleQueue() {
	s, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", udp.Config{Held: 16})
	if err != nil {
		fmt.Println(err)
		return
	}
	q := udp.NewQueue(16)
	done := make(chan struct{})
	go func() {
		defer close(done)
		packets := make([]udp.Packet, 8)
		for {
			n, err := q.Take(packets)
			if err != nil {
				return
			}
			for i := range packets[:n] {
				fmt.Printf("%s\n", packets[i].Data)
				packets[i].Release()
			}
		}
	}()
	s.W.Write([]udp.Datagram{
		{Data: []byte("one"), Dst: s.LocalAddr()},
		{Data: []byte("two"), Dst: s.LocalAddr()},
	})
	for n := 0; n < 2; {
		packets, err := s.R.Read()
		if err != nil {
			fmt.Println(err)
			break
		}
		for i := range packets {
			if !q.Put(&packets[i]) {
				fmt.Println("busy: 503 and Retry-After from here")
			}
		}
		n += len(packets)
	}
	q.Close()
	<-done
	s.Close()
	// Output:
	// one
	// two
}
