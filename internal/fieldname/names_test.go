package fieldname

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/internal/abnf"
)

// all returns the names of the table, read back from their words.
func all() map[string]uint8 {
	names := map[string]uint8{}
	for _, e := range table.entries {
		var name []byte
		for i, w := range e {
			if i == 3 {
				w &^= idBits
			}
			for ; w != 0; w <<= 8 {
				name = append(name, byte(w>>56)|0x20)
			}
		}
		if len(name) > 0 {
			for i, j := 0, len(name)-1; i < j; i, j = i+1, j-1 {
				name[i], name[j] = name[j], name[i]
			}
			names[string(name)] = uint8(e[3] & idBits)
		}
	}
	return names
}

// matchShort is what Table.Match says about a name that it may be asked about.
func matchShort(name []byte) uint8 {
	w := append(bytes.Repeat([]byte{':'}, 16), name...)
	w = w[len(w)-16:]
	m, fronts := Short.Masks()[len(name):], Short.Fronts()[len(name):]
	front := abnf.Load64(append(bytes.Clone(name), ": 123456"...))
	return uint8(Short.Match(abnf.Load64(w[8:])&abnf.Load64(m[8:]), abnf.Load64(w)&abnf.Load64(m), front|abnf.Load64(fronts)))
}

// TestNames finds every name in every case and behind any bytes, and none that
// differs from all of them.
func TestNames(t *testing.T) {
	names := all()
	if len(names) < 150 || names["via"] == 0 || names["via"] != names["v"] {
		t.Fatalf("%d names, via %x", len(names), names["via"])
	}
	tried := 0
	check := func(name string, want uint8) {
		tried++
		for _, front := range []string{"", "\n", "x", strings.Repeat("-", 40)} {
			b := []byte(front + name + ": x")
			if got := Find(b, len(front), len(front)+len(name)); got != want {
				t.Errorf("%q behind %q: %x, want %x", name, front, got, want)
			}
		}
		if n := len(name); n > 0 && n <= ShortLen {
			if got := matchShort([]byte(name)); got != want {
				t.Errorf("%q, short: %x, want %x", name, got, want)
			}
		}
	}
	const token = "abcdefghijklmnopqrstuvwxyz0123456789-.!%*_+`'~"
	for name, want := range names {
		check(name, want)
		check(strings.ToUpper(name), want)
		// Names one byte beside it are those of the table or none.
		for i := range len(name) + 1 {
			for _, c := range token {
				for _, other := range []string{name[:i] + string(c) + name[i:], name[:i] + string(c) + name[min(i+1, len(name)):], name[:i] + name[min(i+1, len(name)):], name[i:]} {
					check(other, names[other])
				}
			}
		}
	}
	// In the long ones, two bytes at a time too: so many that some share their
	// slot with the name.
	r := rand.New(rand.NewPCG(1, 2))
	for name := range names {
		for try := range 6000 {
			if len(name) > 16 {
				other := []byte(name)
				for range 2 {
					other[r.IntN(len(other)-try%2*16)] = token[r.IntN(len(token))]
				}
				check(string(other), names[string(other)])
			}
		}
	}
	check("", 0)
	check(strings.Repeat("x", 1000), 0)
	t.Logf("%d names, %d tried", len(names), tried)
}

// TestWords holds the masks to what they are for, and the bits that fronts set to what
// Table.Match relies on: they are others for each length of which words 0 and 1 say nothing.
func TestWords(t *testing.T) {
	for n, m := range Mask {
		bits := 0
		for _, w := range m {
			for ; w != 0; w >>= 8 {
				if w&0xff == fold&0xff {
					bits++
				}
			}
		}
		if bits != n {
			t.Errorf("mask of %d bytes: %x", n, m)
		}
		if n <= ShortLen && (abnf.Load64(Short.masks[n+8:]) != m[0] || abnf.Load64(Short.masks[n:]) != m[1]) {
			t.Errorf("short mask of %d bytes: %x, want %x", n, Short.masks[n:n+16], m)
		}
	}
	tags := map[uint64]int{}
	for n := 16; n <= ShortLen; n++ {
		w := abnf.Load64(Short.fronts[n:])
		tag := w & abnf.Tops
		if other, is := tags[tag]; is {
			t.Errorf("fronts of %d and %d bytes have the same bits 7: %x", n, other, tag)
		}
		if tags[tag] = n; n > 16 && w&^abnf.Tops != 0x20*abnf.Ones {
			t.Errorf("front of %d bytes: %x hides some of the name", n, w)
		}
	}
}

func TestAllocs(t *testing.T) {
	b := []byte("Via: x P-Charging-Function-Addresses")
	var found uint8
	if n := testing.AllocsPerRun(10, func() { found |= Find(b, 0, 3) | Find(b, 7, len(b)) }); n != 0 || found == 0 {
		t.Errorf("%v allocations, %x", n, found)
	}
}
