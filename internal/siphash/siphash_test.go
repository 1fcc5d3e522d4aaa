package siphash

import (
	"encoding/hex"
	"testing"
)

// TestVectors compares with the published vectors: the key is 00 to 0f, the
// input the bytes from 00 on.
func TestVectors(t *testing.T) {
	var key [16]byte
	var in [64]byte
	for i := range in {
		in[i] = byte(i)
	}
	copy(key[:], in[:])
	for n, want := range map[int]string{
		0:  "a3817f04ba25a8e66df67214c7550293",
		1:  "da87c1d86b99af44347659119b22fc45",
		15: "5493e99933b0a8117e08ec0f97cfc3d9",
	} {
		h := New(&key)
		h.Write(in[:n])
		if sum := h.Sum(); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%d bytes: %x, want %s", n, sum, want)
		}
		for cut := range n {
			h := New(&key)
			h.Write(in[:cut])
			h.Write(in[cut:n])
			if sum := h.Sum(); hex.EncodeToString(sum[:]) != want {
				t.Errorf("%d bytes, cut at %d: %x, want %s", n, cut, sum, want)
			}
		}
	}
}

// TestCuts asks that a hash does not depend on how its input is cut: byte by
// byte it is taken in as the paper says, and the vectors hold that.
func TestCuts(t *testing.T) {
	var key [16]byte
	var in [64]byte
	for i := range in {
		in[i] = byte(i * 37)
	}
	for n := range len(in) {
		bytes := New(&key)
		for i := range n {
			bytes.Write(in[i : i+1])
		}
		want := bytes.Sum()
		for cut := range n + 1 {
			h := New(&key)
			h.Write(in[:cut])
			h.Write(in[cut:n])
			if sum := h.Sum(); sum != want {
				t.Fatalf("%d bytes, cut at %d: %x, want %x", n, cut, sum, want)
			}
		}
	}
}

// TestParts asks that parts do not run together.
func TestParts(t *testing.T) {
	sum := func(parts ...string) [Size]byte {
		h := New(new([16]byte))
		for _, p := range parts {
			h.WritePart([]byte(p))
		}
		return h.Sum()
	}
	if sum("ab", "c") == sum("a", "bc") || sum("a", "") == sum("", "a") || sum("a") == sum("a", "") {
		t.Error("different parts have one hash")
	}
	if first, again := sum("a", "b"), sum("a", "b"); first != again {
		t.Error("the same parts have two hashes")
	}
	if n := testing.AllocsPerRun(10, func() { sum("a", "b") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
