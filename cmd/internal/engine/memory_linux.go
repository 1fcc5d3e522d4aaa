package engine

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// inHugePages asks the kernel to back memory that was not used yet with huge
// pages, where it can. Each page is a fault, and on a virtual machine a fault
// costs as much as some calls: 64 MB took 420 to 490 ms of processor time in pages
// of 4 KB. In huge ones it took 5 ms when the host had the memory at hand, and
// 200 to 390 when it had not (2026-11).
//
// In the latter case a single huge page is 6 to 15 ms in which nothing else
// happens. That does no harm to a server. A client would send late, and so it has
// small pages, one fault at a time: of 50,000 calls opened at 27,000 a second,
// 14,700 messages left late with huge pages, and 243 to 487 without.
func inHugePages[T any](s []T) {
	if len(s) == 0 {
		return
	}
	page := uintptr(os.Getpagesize())
	lo := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	skip := -lo & (page - 1)
	size := uintptr(len(s)) * unsafe.Sizeof(s[0])
	if size < skip+page {
		return
	}
	size = (size - skip) &^ (page - 1)
	// It is advice: a kernel that does not take it changes nothing.
	unix.Madvise(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), skip+size)[skip:], unix.MADV_HUGEPAGE)
}
