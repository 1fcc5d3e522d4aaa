package udp

import (
	"os"
	"testing"
	"time"
)

// What the socket has left is not seen from the number of packets with GRO.
func TestEmptied(t *testing.T) {
	s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, GRO: true, Batch: 2, RecvBuffer: 1 << 20})
	out := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg})
	ds := make([]Datagram, 16)
	for i := range ds {
		ds[i] = Datagram{Data: make([]byte, 600), Dst: s.LocalAddr()}
	}
	s.R.SetReadDeadline(time.Now().Add(20 * time.Second))
	for _, runs := range []int{1, 2, 3} {
		for range runs {
			if n, err := out.W.Write(ds); n != len(ds) {
				t.Fatal(err)
			}
		}
		for left := runs * len(ds); left > 0; {
			ps, err := s.R.Read()
			if err != nil {
				t.Fatal(err)
			}
			left -= len(ps)
			if s.R.Emptied() && left > 0 {
				t.Errorf("%d packets are left of %d runs", left, runs)
			}
			if runs == 1 && len(ps) == len(ds) && !s.R.Emptied() {
				t.Error("a run of 16 packets is not all that waited")
			}
		}
	}
}

// While packets come singly, Reads ask for one only, and do not say that it was all.
func TestEmptiedSingly(t *testing.T) {
	s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, Window: -1})
	c := dial(t, s.LocalAddr())
	for i := range 2 * aloneProbe {
		send(t, c, []byte("single"))
		if ps, err := s.R.Read(); len(ps) != 1 {
			t.Fatal(len(ps), err)
		}
		if got, want := s.R.Emptied(), i < aloneAfter || i%aloneProbe == 0; got != want {
			t.Errorf("single packet %d: %v, want %v", i, got, want)
		}
	}
	s = open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, Window: -1})
	c = dial(t, s.LocalAddr())
	for range aloneAfter + 1 {
		send(t, c, []byte("single"))
		collect(t, s.R, 1, func(*Packet) {})
	}
	const n = 10
	for range n {
		send(t, c, []byte("one of several"))
	}
	for left := n; left > 0; {
		ps, err := s.R.Read()
		if err != nil {
			t.Fatal(err)
		}
		if left -= len(ps); s.R.Emptied() != (left == 0) {
			t.Errorf("with %d packets left: %v", left, s.R.Emptied())
		}
	}
	if ps, err := s.R.ReadNow(); len(ps) != 0 || err != nil || s.R.Emptied() {
		t.Errorf("nothing is there: %d packets, %v, %v", len(ps), err, s.R.Emptied())
	}
	s.R.SetReadDeadline(time.Unix(1, 0))
	if _, err := s.R.Read(); err == nil || s.R.Emptied() {
		t.Errorf("error %v: %v", err, s.R.Emptied())
	}
}

// With GRO a run that is thrown away counts as one drop: Stats says so, and what
// was sent lies between the bounds that it gives.
func TestDropsAreRuns(t *testing.T) {
	const run, runs = 16, 400
	s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg, GRO: true, RecvBuffer: 1 << 16})
	if !s.R.cfg.GRO {
		t.Skip("NOT RUN: this machine lacks UDP_GRO")
	}
	out := open(t, "udp4", "127.0.0.1:0", Config{Impl: Mmsg})
	ds := make([]Datagram, run)
	for range runs {
		for i := range ds {
			ds[i] = Datagram{Data: make([]byte, 600), Dst: s.LocalAddr()}
		}
		if n, err := out.W.Write(ds); n != run {
			t.Fatal(err)
		}
	}
	if out.W.Stats().GSORuns == 0 {
		t.Skip("NOT RUN: this machine lacks UDP_SEGMENT")
	}
	s.R.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	got := 0
	for {
		ps, err := s.R.Read()
		if err == os.ErrDeadlineExceeded {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		got += len(ps)
	}
	st := s.R.Stats()
	if st.DropsFrom != MemInfo {
		t.Skipf("NOT RUN: drops are known from %v only", st.DropsFrom)
	}
	least, most := got+int(st.Drops), got+int(st.Drops)*MaxRun
	if !st.DropsAreRuns || st.Drops == 0 || least >= run*runs || most < run*runs {
		t.Errorf("%d sent, %d read, %d drops, in runs %v", run*runs, got, st.Drops, st.DropsAreRuns)
	}
	plain := open(t, "udp4", "127.0.0.1:0", Config{})
	if plain.R.Stats().DropsAreRuns {
		t.Error("runs without GRO")
	}
}

// A group counts as its sockets do.
func TestGroupDropsAreRuns(t *testing.T) {
	for _, gro := range []bool{false, true} {
		g := group(t, 2, Config{GRO: gro})
		if want := g.Sockets[0].R.Stats().DropsAreRuns; g.Stats().DropsAreRuns != want || want && !gro {
			t.Errorf("GRO %v: the group's drops are runs: %v, the socket's: %v", gro, !want, want)
		}
	}
}
