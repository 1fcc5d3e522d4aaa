//go:build !purego

package cpufeat

// supported needs no question: Advanced SIMD is part of every arm64 processor
// that Go runs on.
func supported() []Tier { return []Tier{Generic, NEON} }
