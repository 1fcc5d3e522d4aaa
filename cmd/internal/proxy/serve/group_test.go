package serve

import (
	"fmt"
	"hash/maphash"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sipwire/sipwire/udp"
)

// packetsOf makes packets of texts.
func packetsOf(texts ...string) (all []udp.Packet) {
	for _, s := range texts {
		all = append(all, udp.Packet{Data: []byte(s)})
	}
	return all
}

// orderOf returns the numbers that a grouping gives.
func orderOf(g *grouping, packets []udp.Packet) (all []int) {
	for _, k := range g.order(packets) {
		all = append(all, int(k&0xffff))
	}
	return all
}

// TestGrouping: packets of one kind come after another, in the order of kinds that a
// call has.
func TestGrouping(t *testing.T) {
	g := &grouping{seed: maphash.MakeSeed()}
	message := func(start, id string) string { return start + "\r\nCall-ID: " + id + "\r\n\r\n" }
	for _, c := range []struct {
		name  string
		texts []string
		want  []int
	}{
		{"calls that are mixed", []string{message("BYE sip:a SIP/2.0", "1"), message("INVITE sip:a SIP/2.0", "2"), message("SIP/2.0 180 x", "3"), message("SIP/2.0 200 x", "3"), message("ACK sip:a SIP/2.0", "4"),
			message("BYE sip:a SIP/2.0", "4"), message("INVITE sip:a SIP/2.0", "5"), message("SIP/2.0 486 x", "6"), message("CANCEL sip:a SIP/2.0", "7"), message("PRACK sip:a SIP/2.0", "8"), "\r\n\r\n"}, []int{1, 6, 8, 9, 2, 3, 7, 4, 0, 5, 10}},
		{"a call that goes back", []string{message("BYE sip:a SIP/2.0", "1"), message("SIP/2.0 200 x", "1"), message("INVITE sip:a SIP/2.0", "2")}, []int{2, 0, 1}},
		{"one that is repeated", []string{message("ACK sip:a SIP/2.0", "1"), message("INVITE sip:a SIP/2.0", "1"), message("ACK sip:a SIP/2.0", "1"), message("INVITE sip:a SIP/2.0", "2")}, []int{3, 0, 1, 2}},
		{"the compact name", []string{"BYE sip:a SIP/2.0\r\ni: 1\r\n\r\n", "INVITE sip:a SIP/2.0\r\nCall-ID:1 \r\n\r\n"}, []int{0, 1}},
		{"one that is not found", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\r\nCALL-ID: 2\r\n\r\n", message("INVITE sip:a SIP/2.0", "2"), message("INVITE sip:a SIP/2.0", "1")}, []int{0, 1, 2, 3}},
		{"one without a value", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\r\nCall-ID:\r\n 2\r\n\r\n", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1, 2}},
		{"one in the body", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\r\nCALL-ID: 2\r\n\r\nx\r\nCall-ID: 3", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1, 2}},
		{"one behind a bare LF", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\nCALL-ID: 2\n\nx\nCall-ID: 3", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1, 2}},
		{"the first line of the body", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\r\nCALL-ID: 2\r\n\r\nCall-ID: 3", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1, 2}},
		{"the first line of the body, compact", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\r\nCALL-ID: 2\r\n\r\ni: 3", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1, 2}},
		{"compact, and another in the body", []string{"BYE sip:a SIP/2.0\r\ni: 2\r\n\r\nx\r\nCall-ID: 3", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1}},
		{"another in the body, compact", []string{"BYE sip:a SIP/2.0\r\nCall-ID: 2\r\n\r\nx\r\ni: 3", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1}},
		{"cut off", []string{message("BYE sip:a SIP/2.0", "1"), "BYE sip:a SIP/2.0\r\n", "BYE sip:a SIP/2.0\r\ni", "BYE sip:a SIP/2.0\r\nCall-ID", message("INVITE sip:a SIP/2.0", "2")}, []int{0, 1, 2, 3, 4}},
		{"runs of three", runs(3, 12), []int{3, 4, 5, 9, 10, 11, 0, 1, 2, 6, 7, 8}},
		{"runs of eight", runs(8, 16), []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
		{"a keep-alive", []string{"\r\n\r\n", message("INVITE sip:a SIP/2.0", "2")}, []int{1, 0}},
		{"nothing", nil, nil},
	} {
		if got := orderOf(g, packetsOf(c.texts...)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// runs makes n messages, so many BYEs and so many INVITEs by turns.
func runs(each, n int) (texts []string) {
	for i := range n {
		texts = append(texts, fmt.Sprintf("%s sip:a SIP/2.0\r\nCall-ID: %d\r\n\r\n", []string{"BYE", "INVITE"}[i/each%2], i))
	}
	return texts
}

// TestGroupingKeepsCalls: in any batch the messages of a call stay in their order, also
// those whose Call-ID is written in a way that is not looked for, and each packet is
// there once.
func TestGroupingKeepsCalls(t *testing.T) {
	g := &grouping{seed: maphash.MakeSeed()}
	starts := []string{"INVITE sip:a SIP/2.0", "ACK sip:a SIP/2.0", "BYE sip:a SIP/2.0", "CANCEL sip:a SIP/2.0", "OPTIONS sip:a SIP/2.0", "SIP/2.0 100 x", "SIP/2.0 200 x", "SIP/2.0 486 x", "xyz sip:a SIP/2.0"}
	names := []string{"Call-ID: ", "Call-ID:", "i: ", "CALL-ID: ", "Call-ID : ", "i\t: ", "Call-ID:\r\n "}
	r := rand.New(rand.NewPCG(19, 11))
	moved := 0
	for range 3000 {
		n := r.IntN(calls)
		odd := r.IntN(3) * r.IntN(40) // in so many, none of the odd names
		packets, callOfPacket := []udp.Packet{}, make([]int, n)
		many := 1 + r.IntN(60)
		for i := range n {
			call := r.IntN(many)
			name := names[r.IntN(3)]
			if odd > 0 && r.IntN(odd) == 0 {
				name = names[3+r.IntN(len(names)-3)]
			}
			if callOfPacket[i] = call; r.IntN(30) == 0 {
				callOfPacket[i] = -1
				packets = append(packets, packetsOf([]string{"\r\n\r\n", "", "\x00\x01\x00\x00abcdefgh"}[r.IntN(3)])...)
				continue
			}
			packets = append(packets, packetsOf(fmt.Sprintf("%s\r\nX: y\r\n%s%d\r\n\r\n", starts[r.IntN(len(starts))], name, call))...)
		}
		last, times := map[int]int{}, make([]int, n)
		for at, i := range orderOf(g, packets) {
			times[i]++
			call := callOfPacket[i]
			if before, ok := last[call]; ok && before > i && call >= 0 {
				t.Fatalf("packet %d of call %d is before %d of it", before, call, i)
			}
			if last[call] = i; at != i {
				moved++
			}
		}
		if slices.ContainsFunc(times, func(k int) bool { return k != 1 }) {
			t.Fatalf("of %d packets: %v", n, times)
		}
	}
	if moved < 10000 {
		t.Errorf("only %d packets were moved", moved)
	}
}

func TestGroupingAllocs(t *testing.T) {
	g := &grouping{seed: maphash.MakeSeed()}
	packets := packetsOf("BYE sip:a SIP/2.0\r\nCall-ID: 1\r\n\r\n", "INVITE sip:a SIP/2.0\r\ni: 2\r\n\r\n", "INVITE sip:a SIP/2.0\r\nx: 2\r\n\r\n")
	g.order(packets)
	if n := testing.AllocsPerRun(20, func() { g.order(packets) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
