package firstpages

import (
	"syscall"
	"unsafe"
)

const (
	huge  = 2 << 20
	chunk = 4 << 20 // what Go's heap grows by, and is aligned to
)

// block is large enough that each has its own place in the heap. Its bytes are not
// touched.
type block [64 << 10]byte

// last keeps the compiler from leaving the blocks out.
var last *block

func init() { advise() }

// advise asks for huge pages from the next boundary of them on to the end of the
// memory that the heap has by now. The heap takes the lowest addresses first: what
// is left below the boundary goes to blocks that nobody uses, and that the first
// collection takes back.
func advise() (from, size uintptr) {
	last = new(block)
	first := uintptr(unsafe.Pointer(last)) / huge
	for range huge/unsafe.Sizeof(*last) + 1 {
		last = new(block)
		if at := uintptr(unsafe.Pointer(last)); at/huge != first {
			from = at &^ (huge - 1)
			size = chunk - from%chunk
			break
		}
	}
	if size > 0 {
		// It is advice: a system that does not take it changes nothing.
		_, _, _ = syscall.RawSyscall(syscall.SYS_MADVISE, from, size, syscall.MADV_HUGEPAGE)
	}
	return from, size
}
