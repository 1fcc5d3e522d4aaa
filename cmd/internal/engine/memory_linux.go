package engine

import (
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// inHugePages asks the kernel to back memory that was not used yet with huge
// pages, where it can. Each page is a fault, and on a virtual machine a fault
// costs as much as some calls: 64 MB took 480 ms of processor time in pages of
// 4 KB, and 20 to 60 ms in huge ones (2026-11).
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
