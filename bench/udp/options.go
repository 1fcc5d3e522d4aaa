//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/udp"
)

const (
	optionsPackets = 20_000
	optionsAtOnce  = 256 // requests under way
)

// options measures servers that answer OPTIONS without state: a process of its
// own on one core, asked by one on the other core that always has as many
// requests under way. sipgo's fastest stateless way is without its transaction
// layer, and all are measured against it; its README shows the other one.
func options(size int) []way {
	var ways []way
	for _, w := range []struct {
		name   string
		target float64
	}{
		{"sipgo transport", 0}, {"sipgo server", 0}, {"net.UDPConn", 0}, {"portable", 0},
		{"mmsg", 3}, {"io_uring", 0},
	} {
		a := &asked{name: w.name, size: size}
		ways = append(ways, way{name: w.name, target: w.target, run: a.round, close: a.close})
	}
	return ways
}

// asked is a server that has been started.
type asked struct {
	name string
	size int
	p    *process
	to   string
}

// round has the server asked and reports what that cost it.
func (a *asked) round() (s sample, err error) {
	if a.p == nil {
		if a.p, err = spawn(measured, 1, "serve", a.name); err != nil {
			return s, err
		}
		if a.to, err = a.p.line(); err != nil {
			return s, fmt.Errorf("it does not start: %w", err)
		}
	}
	before, err := a.used()
	if err != nil {
		return s, err
	}
	client, err := spawn(other, 1, "ask", a.to, strconv.Itoa(a.size))
	if err != nil {
		return s, err
	}
	var r askResult
	err = json.NewDecoder(client.out).Decode(&r)
	client.cmd.Wait()
	if err == nil && r.Error != "" {
		err = errors.New(r.Error)
	}
	if err != nil {
		return s, err
	}
	after, err := a.used()
	return sample{packets: r.Answers, cpu: after - before, wall: r.Wall, lost: int64(r.Lost)}, err
}

// used asks the server for the CPU time it has used.
func (a *asked) used() (ns float64, err error) {
	if _, err := io.WriteString(a.p.in, "\n"); err != nil {
		return 0, err
	}
	line, err := a.p.line()
	if err != nil {
		return 0, err
	}
	return strconv.ParseFloat(line, 64)
}

func (a *asked) close() {
	if a.p != nil {
		a.p.in.Close()
		a.p.cmd.Wait()
	}
}

// serveOptions answers until its standard input ends, and reports its CPU time
// for each line there.
func serveOptions(name string) {
	to, err := startServer(name)
	if err != nil {
		fmt.Fprintln(os.Stderr, name, err)
		os.Exit(1)
	}
	fmt.Println(to)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		fmt.Printf("%.0f\n", usage(unix.CLOCK_PROCESS_CPUTIME_ID))
	}
}

type askResult struct {
	Answers, Lost int
	Wall          float64
	Error         string
}

// askOptions is the client.
func askOptions(to string, size int) {
	r, err := ask(netip.MustParseAddrPort(to), size, optionsPackets)
	if err != nil {
		r.Error = err.Error()
	}
	json.NewEncoder(os.Stdout).Encode(r)
}

func ask(to netip.AddrPort, size, n int) (r askResult, err error) {
	s, err := udp.Listen(context.Background(), "udp4", "127.0.0.1:0", udp.Config{RecvBuffer: recvBuffer})
	if err != nil {
		return r, err
	}
	defer s.Close()
	ds := make([]udp.Datagram, optionsAtOnce)
	for i := range ds {
		ds[i] = udp.Datagram{Data: optionsRequest(size, i, s.LocalAddr()), Dst: to}
	}
	start := time.Now()
	for sent := 0; r.Answers+r.Lost < n; {
		if free := min(optionsAtOnce-(sent-r.Answers-r.Lost), n-sent); free > 0 {
			next := ds[sent%len(ds):]
			next = next[:min(free, len(next))]
			for i := range next {
				number(next[i].Data, sent+i)
			}
			k, err := s.W.Write(next)
			if err != nil {
				return r, err
			}
			sent += k
			if free > k {
				continue // round the end of ds
			}
		}
		s.R.SetReadDeadline(time.Now().Add(time.Second))
		ps, err := s.R.Read()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			r.Lost += sent - r.Answers - r.Lost
			continue
		}
		if err != nil {
			return r, err
		}
		for i := range ps {
			if r.Answers < optionsAtOnce { // the first ones in full
				if err := checkAnswer(ps[i].Data); err != nil {
					return r, fmt.Errorf("%w:\n%s", err, ps[i].Data)
				}
			}
			r.Answers++
		}
	}
	r.Wall = float64(time.Since(start))
	return r, nil
}

// checkAnswer holds a response against what was asked.
func checkAnswer(b []byte) error {
	var m codec.Message
	if err := m.Parse(b); err != nil {
		return err
	}
	via, err := m.TopVia()
	if err != nil {
		return err
	}
	to, err := m.To()
	if err != nil {
		return err
	}
	_, rport := via.RPort()
	if m.Status() != 200 || !rport || len(via.Received()) == 0 || len(to.Tag()) == 0 ||
		!strings.HasPrefix(string(via.Branch()), "z9hG4bK776as") || !m.Has(header.IDCallID) || !m.Has(header.IDCSeq) ||
		!m.Has(header.IDAllow) || !m.Has(header.IDAccept) {
		return errors.New("the answer lacks something")
	}
	return nil
}

// optionsRequest returns an OPTIONS of about the given size, the n-th of its
// kind.
func optionsRequest(size, n int, from netip.AddrPort) []byte {
	b := fmt.Appendf(nil, "OPTIONS sip:probe@biloxi.example.com SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP %s;rport;branch=z9hG4bK776as%08d\r\n"+
		"Max-Forwards: 70\r\n"+
		"To: <sip:probe@biloxi.example.com>\r\n"+
		"From: <sip:a@atlanta.example.com>;tag=19283%05d\r\n"+
		"Call-ID: a84b4c76e667%05d\r\n"+
		"CSeq: 314159 OPTIONS\r\n", from, n, n, n)
	return filled(b, size)
}

// number gives a request the n-th branch: no two are one transaction.
func number(request []byte, n int) {
	digits := request[bytes.Index(request, branch)+len(branch):][:8]
	for i := len(digits) - 1; i >= 0; i-- {
		digits[i] = byte('0' + n%10)
		n /= 10
	}
}

var branch = []byte("branch=z9hG4bK776as")
