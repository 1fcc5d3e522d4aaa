//go:build linux

package main

import (
	"bytes"
	"net"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// TestCalls makes calls through a server that refuses every tenth with 500, never
// answers every hundredth, and sends all else twice.
func TestCalls(t *testing.T) {
	e, err := newEnds()
	if err != nil {
		t.Fatal(err)
	}
	defer e.close()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetReadBuffer(4 << 20)
	got := make(chan map[string]int, 1)
	go func() {
		counts := map[string]int{}
		defer func() { got <- counts }()
		var m codec.Message
		in := make([]byte, 65536)
		for {
			n, from, err := c.ReadFromUDPAddrPort(in)
			if err != nil {
				return
			}
			if err := m.Parse(in[:n]); err != nil {
				t.Errorf("%v in %q", err, in[:n])
				continue
			}
			call, _, _ := bytes.Cut(m.Value(header.IDCallID), []byte("@"))
			status := 200
			switch {
			case bytes.HasSuffix(call, []byte("77")):
				continue
			case bytes.HasSuffix(call, []byte("5")):
				status = 500
			}
			switch m.Method() {
			case header.MethodACK:
				counts["ACK"]++
				continue
			case header.MethodBYE:
				counts["BYE"]++
			}
			out, err := compose.AppendReply(nil, &m, &compose.Reply{Status: status, Tag: []byte("b")})
			if err != nil {
				t.Error(err)
			}
			for range 2 {
				_, _ = c.WriteToUDPAddrPort(out, from)
			}
		}
	}()
	for range 2 { // the second one gets what the first one left
		o, err := e.calls(c.LocalAddr().(*net.UDPAddr).AddrPort(), 200, 0)
		if err != nil {
			t.Fatal(err)
		}
		if o.well != 178 || o.lost != 2 || o.failed[500] != 20 || o.String() != "20 calls got 500, 2 calls did not end" {
			t.Errorf("%+v: %v", o, o.String())
		}
	}
	_ = c.Close()
	if counts := <-got; counts["BYE"] != 2*178 || counts["ACK"] < 2*2*198-2 {
		t.Errorf("%v", counts)
	}
}

func TestRow(t *testing.T) {
	first := row{all: 60}
	first.took(0, false, outcome{well: 100}, 999999)
	first.took(1, false, outcome{well: 100}, 6*100*90)
	first.took(2, true, outcome{well: 100}, 6*100*50)
	first.took(3, true, outcome{well: 100}, 6*100*20)
	r := row{all: 120}
	r.took(1, false, outcome{well: 100}, 6*100*100)
	r.took(2, true, outcome{well: 100}, 6*100*100)
	r.took(3, true, outcome{well: 100, failed: map[int]int{500: 2}}, 6*100)
	if got, want := r.text("b", &first), "ns CPU a message (100 to 100)  sipwire/this 0.50 (0.50 to 0.50), while they fill 0.90; until all is forgotten 120 ns, sipwire/this 0.50; 2 calls got 500"; !strings.HasSuffix(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := new(row).text("c", &first); !strings.HasSuffix(got, "no figure: too many calls failed") {
		t.Errorf("%q", got)
	}
}
