//go:build !race

package pool

// Poison overwrites b, up to its capacity, under the race detector only:
// owners of memory that views point into call it when they take the memory
// back. In other builds it does nothing.
func Poison([]byte) {}
