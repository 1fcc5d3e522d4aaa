package codec

import (
	"bytes"
	"strconv"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestGoodURI holds goodURI to badURIByte: every byte in every place of every
// length up to where it is words one behind the other again.
func TestGoodURI(t *testing.T) {
	for size := 1; size <= 75; size++ {
		// A space in front and the version behind are not part of it.
		b := append([]byte("X "), bytes.Repeat([]byte{'a'}, size)...)
		b = append(b, " SIP/2.0"...)
		lo, hi := 2, 2+size
		for i := lo; i < hi; i++ {
			for c := range 256 {
				if c == 0x7f {
					continue // the kernel has looked for it
				}
				b[i] = byte(c)
				got, want := goodURI(b, lo, hi), badURIByte(b, lo, hi) < 0
				if got && !want || want && !got && c < 0x80 {
					t.Fatalf("%q: plain is %v, fine is %v", b, got, want)
				}
			}
			b[i] = 'a'
		}
	}
}

// TestShortNumber has every byte in every place of numbers of every length.
func TestShortNumber(t *testing.T) {
	for size := 0; size <= 10; size++ {
		for i := range max(size, 1) {
			for c := range 256 {
				b := append([]byte("length: "), "9072163458"[:size]...)
				if size > 0 {
					b[8+i] = byte(c)
				}
				got, ok := shortNumber(b, 8, uint32(len(b)))
				want, err := strconv.ParseUint(string(b[8:]), 10, 64)
				if ok != (err == nil && size <= 8) || ok && got != want {
					t.Fatalf("%q: %d, %v; want %d, %v", b, got, ok, want, err)
				}
			}
		}
	}
	if _, ok := shortNumber([]byte("1"), 0, 1); ok {
		t.Error("read in front of the bytes")
	}
}

// TestStatusLineVersion has each byte of the version changed: what is not
// SIP/2.0 in letters of either case is another version or none.
func TestStatusLineVersion(t *testing.T) {
	const line = "SIP/2.0 200 OK"
	var m Message
	for i := range len("SIP/2.0 ") {
		for c := range 256 {
			b := []byte(msg(line))
			b[i] = byte(c)
			want := sipwire.ErrStartLine
			switch {
			case c == '\r' && i < 4:
				want = sipwire.ErrBareCR
			case byte(c) == line[i], i < 3 && byte(c) == line[i]|0x20:
				want = 0
			case i == 4 && c >= '0' && c <= '9', i == 6 && c >= '0' && c <= '9':
				want = sipwire.ErrVersion
			case i == 7 && (c >= '0' && c <= '9' || c == '\n'):
				want = sipwire.ErrStatus // a longer version, or nothing behind it
			}
			_ = m.Parse(b)
			if got := m.fault.Code; got != want {
				t.Errorf("%q: %v, want %v", b, got, want)
			}
		}
	}
	if _ = m.Parse([]byte("SIP/\n\n")); m.fault.Code != sipwire.ErrStartLine { // shorter than a word
		t.Error(m.Err())
	}
	for in, want := range map[string]sipwire.Code{
		"SIP/2.0": sipwire.ErrStatus, "SIP/2.0 ": sipwire.ErrStatus, "SIP/2.0 20": sipwire.ErrStatus, "SIP/2.0  200 OK": sipwire.ErrStatus,
		"sIp/2.0 200": 0, "SIP/2.00 200 OK": sipwire.ErrVersion, "SIP/12.0 200 OK": sipwire.ErrVersion, "SIP/2.": sipwire.ErrStartLine,
	} {
		if _ = m.Parse([]byte(msg(in))); m.fault.Code != want {
			t.Errorf("%q: %v, want %v", in, m.fault.Code, want)
		}
	}
}
