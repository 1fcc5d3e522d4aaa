package udp

import (
	"os"
	"testing"
	"time"
)

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
