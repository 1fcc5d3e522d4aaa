package peer

import (
	"errors"
	"iter"
	"strconv"
)

// What the tasks that write put into messages, the same for every parser.
const (
	proxyHost   = "proxy.example.com"
	proxyPort   = 5060
	proxyBranch = "z9hG4bK7a6b5c4d3e2f1"
	proxyVia    = "SIP/2.0/UDP proxy.example.com:5060;branch=z9hG4bK7a6b5c4d3e2f1"
	replyTag    = "8f7e6d5c4b3a"
)

var errNoRequest = errors.New("not a request")

// identifiers are the values that a load generator gives each message.
// Random digits would cost the same everywhere; a counter keeps them out of
// the figures.
type identifiers struct {
	n      uint64
	branch [23]byte
	tag    [12]byte
	call   [28]byte
	cseq   uint32
}

// next draws the following set of identifiers.
func (id *identifiers) next() {
	if id.n == 0 {
		copy(id.branch[:], "z9hG4bK0000000000000000")
		copy(id.tag[:], "t00000000000")
		copy(id.call[:], "c000000000000000@example.com")
	}
	id.n++
	id.cseq = uint32(id.n%9) + 1
	putDigits(id.branch[7:], id.n)
	putDigits(id.tag[1:], id.n)
	putDigits(id.call[1:16], id.n)
}

// putDigits writes n in decimal at the end of b, which stays filled with
// zeros before it.
func putDigits(b []byte, n uint64) {
	for i := len(b) - 1; n > 0 && i >= 0; i-- {
		b[i] = '0' + byte(n%10)
		n /= 10
	}
}

// segment is how many bytes a read from the connection yields: a full TCP
// segment on Ethernet.
const segment = 1460

// reads is a connection whose peer sends the messages of a set one after
// another.
type reads struct {
	flat   []byte
	starts []int
}

func newReads(set [][]byte) *reads {
	r := &reads{starts: make([]int, len(set)+1)}
	for i, m := range set {
		r.flat = append(r.flat, m...)
		r.starts[i+1] = len(r.flat)
	}
	return r
}

// chunks yields the bytes of len(picks) messages that follow each other in
// the set from the first of picks on, in pieces of a segment. It starts and
// ends at the bounds of messages, so that nothing is left for the next call.
// The picks after the first do not count: a stream has an order.
func (r *reads) chunks(picks []int32) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		n := len(r.starts) - 1
		at, left := int(picks[0])%n, len(picks)
		for left > 0 {
			end := min(n, at+left)
			left -= end - at
			b := r.flat[r.starts[at]:r.starts[end]]
			for len(b) > 0 {
				k := min(segment, len(b))
				if !yield(b[:k:k]) {
					return
				}
				b = b[k:]
			}
			at = 0
		}
	}
}

// atoi is strconv.Atoi with 0 for what is not a number.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
