//go:build cpeers

package peer

/*
#cgo CFLAGS: -O2
#include "cpeers.h"

// The cost of the way from Go to C and back.
static uint64_t cgo_nothing(void) { return 1; }
*/
import "C"

import (
	"errors"
	"net/netip"
	"os/exec"
	"runtime"
	"strings"
	"unsafe"
)

func init() {
	register(49, Impl{
		Name: "cgo-call", Version: runtime.Version(), C: true,
		About: "an empty C function called once a message: the peers in C are spared it by a loop of their own",
		New:   func() Worker { return cgoCall{} },
	})
}

// cgoCall shows what a call from Go into C costs.
type cgoCall struct{}

func (cgoCall) Fields([]byte) (Fields[string], error)               { return Fields[string]{}, ErrNotDone }
func (cgoCall) Output(Task, []byte, netip.AddrPort) ([]byte, error) { return nil, ErrNotDone }
func (cgoCall) Prepare(t Task, _ [][]byte) (Batch, error) {
	if t != Call {
		return nil, ErrNotDone
	}
	return func(picks []int32) (sum uint64) {
		for range picks {
			sum += uint64(C.cgo_nothing())
		}
		return sum
	}, nil
}

// cset is a set of messages in C's memory, so that no pointer of Go's crosses
// over with a batch.
type cset struct{ c *C.struct_cset }

func newCset(set [][]byte) *cset {
	n := C.size_t(max(1, len(set)))
	c := (*C.struct_cset)(C.calloc(1, C.sizeof_struct_cset))
	c.msg = (**C.char)(C.calloc(n, C.size_t(unsafe.Sizeof(uintptr(0)))))
	c.len = (*C.uint32_t)(C.calloc(n, 4))
	c.ready = (*unsafe.Pointer)(C.calloc(n, C.size_t(unsafe.Sizeof(uintptr(0)))))
	c.n = C.int(len(set))
	msgs, lens := unsafe.Slice(c.msg, len(set)), unsafe.Slice(c.len, len(set))
	for i, m := range set {
		b := (*C.char)(C.malloc(C.size_t(len(m) + 1)))
		to := unsafe.Slice((*byte)(unsafe.Pointer(b)), len(m)+1)
		copy(to, m)
		to[len(m)] = 0
		msgs[i], lens[i] = b, C.uint32_t(len(m))
	}
	s := &cset{c}
	runtime.AddCleanup(s, freeCset, c)
	return s
}

// freeCset leaves the parsed messages of ready alone: they live as long as
// the program.
func freeCset(c *C.struct_cset) {
	for _, m := range unsafe.Slice(c.msg, int(c.n)) {
		C.free(unsafe.Pointer(m))
	}
	C.free(unsafe.Pointer(c.msg))
	C.free(unsafe.Pointer(c.len))
	C.free(unsafe.Pointer(c.ready))
	C.free(unsafe.Pointer(c))
}

// batch wraps a loop in C.
func (s *cset) batch(loop func(set *C.struct_cset, picks *C.int32_t, n C.int) C.uint64_t) Batch {
	return func(picks []int32) uint64 {
		if len(picks) == 0 {
			return 0
		}
		sum := loop(s.c, (*C.int32_t)(unsafe.Pointer(&picks[0])), C.int(len(picks)))
		runtime.KeepAlive(s)
		return uint64(sum)
	}
}

func textOf(s C.struct_cspan) string {
	if s.p == nil {
		return ""
	}
	return C.GoStringN(s.p, C.int(s.n))
}

// fieldsOf copies the fields out of C.
func fieldsOf(c *C.struct_cfields) Fields[string] {
	return Fields[string]{
		Status: int(c.status), User: textOf(c.user), Host: textOf(c.host), Port: int(c.port),
		ViaHost: textOf(c.via_host), ViaPort: int(c.via_port), Branch: textOf(c.branch),
		FromTag: textOf(c.from_tag), ToTag: textOf(c.to_tag), CSeq: uint32(c.cseq),
		Method: textOf(c.method), CallID: textOf(c.call_id), MaxForwards: int(c.max_forwards),
	}
}

// errRejected replaces the error code of a C library.
var errRejected = errors.New("the library returned an error")

// packageVersion asks Debian's package database.
func packageVersion(name string) string {
	out, err := exec.Command("dpkg-query", "-W", "-f", "${Version}", name).Output()
	if err != nil {
		return "unknown"
	}
	return "Debian " + strings.TrimSpace(string(out))
}
