package sdp

import (
	"fmt"
	"testing"
)

// stream is a description of one stream.
func stream(t *testing.T, address, port, attributes string) *Description {
	t.Helper()
	d := new(Description)
	if err := d.Parse([]byte("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 " + address + "\r\nt=0 0\r\nm=audio " + port + " RTP/AVP 0\r\n" + attributes)); err != nil {
		t.Fatal(err)
	}
	return d
}

func TestHold(t *testing.T) {
	for _, c := range []struct {
		address, port, attributes string
		want                      Hold
	}{
		{"192.0.2.1", "4000", "", 0},
		{"192.0.2.1", "4000", "a=sendonly\r\n", HoldDirection},
		{"192.0.2.1", "4000", "a=inactive\r\n", HoldDirection},
		{"192.0.2.1", "4000", "a=recvonly\r\n", HoldByOther},
		{"0.0.0.0", "4000", "", HoldAddress},
		{"0.0.0.0", "4000", "a=sendonly", HoldAddress | HoldDirection},
		{"0.0.0.0", "4000", "a=recvonly\n", HoldAddress | HoldByOther},
		{"00.0.0.0", "4000", "", 0}, // no address
		{"0.0.0.1", "4000", "", 0},
		{"0.0.0.0", "9", "a=ice-ufrag:abcd\r\n", 0},
		{"192.0.2.1", "0", "a=sendonly\r\n", HoldRejected},
		{"0.0.0.0", "0", "", HoldRejected},
		{"192.0.2.1", "0", "a=bundle-only\r\n", 0},
		{"192.0.2.1", "4000", "a=sendonlyx\r\na=sendonly:1\r\na=SENDONLY\r\n", 0},
	} {
		d := stream(t, c.address, c.port, c.attributes)
		m, err := d.Media(0)
		if got := m.Hold(); got != c.want || err != nil || d.Hold() != c.want || d.Fault() != (Fault{}) {
			t.Errorf("%+v: %v, %v, all %v", c, got, err, d.Hold())
		}
	}
	// Session-level ICE, and an address of the other family.
	d := new(Description)
	_ = d.Parse([]byte("v=0\na=ice-ufrag:x\nc=IN IP6 ::\nm=audio 9 RTP/AVP 0\n"))
	if d.Hold() != 0 {
		t.Error("session-level ICE: held")
	}
	_ = d.Parse([]byte("v=0\nc=IN IP6 ::\nm=audio 9 RTP/AVP 0\n"))
	if d.Hold() != HoldAddress {
		t.Error("::: not held")
	}
}

// TestHoldOfAll asks when a whole call is on hold.
func TestHoldOfAll(t *testing.T) {
	const head = "v=0\nc=IN IP4 192.0.2.1\n"
	for _, c := range []struct {
		media string
		want  Hold
	}{
		{"", 0},
		{"m=audio 1 a 0\na=sendonly\nm=video 2 a 0\n", 0},
		{"m=audio 1 a 0\na=sendonly\nm=video 0 a 0\n", HoldDirection},
		{"m=audio 1 a 0\na=sendonly\nm=video 2 a 0\nc=IN IP4 0.0.0.0\n", HoldDirection | HoldAddress},
		{"m=audio 0 a 0\nm=video 0 a 0\n", HoldRejected},
		{"m=audio 1 a 0\na=recvonly\nm=video 2 a 0\na=recvonly\n", HoldByOther},
	} {
		d := new(Description)
		if err := d.Parse([]byte(head + c.media)); err != nil || d.Hold() != c.want {
			t.Errorf("%q: %v, want %v", c.media, d.Hold(), c.want)
		}
	}
}

func TestHolders(t *testing.T) {
	directions := map[string][2]bool{ // offer answer: offerer holds, answerer holds
		"sendrecv sendrecv": {false, false}, "sendrecv sendonly": {false, true}, "sendrecv recvonly": {false, false}, "sendrecv inactive": {false, true},
		"sendonly recvonly": {true, false}, "sendonly inactive": {true, true},
		"recvonly sendonly": {false, true}, "recvonly inactive": {false, true},
		"inactive inactive": {true, false},
	}
	for pair, want := range directions {
		var o, a string
		_, _ = fmt.Sscan(pair, &o, &a)
		offer, answer := stream(t, "192.0.2.1", "4000", "a="+o), stream(t, "192.0.2.2", "4000", "a="+a)
		if x, y := Holders(offer, answer, 0); x != want[0] || y != want[1] {
			t.Errorf("%s: %v, %v", pair, x, y)
		}
		rejected := stream(t, "192.0.2.2", "0", "")
		if x, y := Holders(offer, rejected, 0); x || y {
			t.Errorf("%s rejected: %v, %v", pair, x, y)
		}
	}
	zero, plain := stream(t, "0.0.0.0", "4000", ""), stream(t, "192.0.2.2", "4000", "")
	if x, y := Holders(zero, plain, 0); !x || y {
		t.Error("offer of 0.0.0.0")
	}
	if x, y := Holders(plain, zero, 0); x || !y {
		t.Error("answer of 0.0.0.0")
	}
	for _, i := range []int{-1, 1} {
		if x, y := Holders(plain, plain, i); x || y {
			t.Error("no such stream")
		}
	}
}

func TestDirection(t *testing.T) {
	for v, want := range map[Direction]struct {
		name            string
		sends, receives bool
		reverse         Direction
	}{
		0: {"unknown", false, false, 0}, SendOnly: {"sendonly", true, false, RecvOnly}, RecvOnly: {"recvonly", false, true, SendOnly},
		SendRecv: {"sendrecv", true, true, SendRecv}, Inactive: {"inactive", false, false, Inactive}, 9: {"unknown", false, false, 9},
	} {
		if v.String() != want.name || v.Sends() != want.sends || v.Receives() != want.receives || v.Reverse() != want.reverse {
			t.Errorf("%d: %v %v %v %v", v, v, v.Sends(), v.Receives(), v.Reverse())
		}
	}
}
