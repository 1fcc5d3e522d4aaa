package codec

import "slices"

// Writing the changed message. Nobody can foretell how long the runs between
// the changes are, so that a copy of each by its length costs more for the
// branches that are guessed wrong than for the bytes: short runs are copied by
// a fixed number of bytes, and what is the same length as what it replaces
// does not cut the run that it stands in.

// bounds returns the part of the bytes that is written, changes aside.
func (e *Edit) bounds() (lo, hi int) {
	m := e.m
	switch {
	case e.newBody:
		return int(m.startLine.start), m.body
	case len(e.splices) > 0:
		return int(m.startLine.start), m.end
	}
	return 0, len(m.buf)
}

// Size returns the length in bytes of what AppendTo appends, 0 after an error.
func (e *Edit) Size() int {
	if !e.ready() {
		return 0
	}
	lo, hi := e.bounds()
	return hi - lo + e.grown + len(e.body)
}

// AppendTo appends the changed message to dst, which must not overlap the
// message; with room for Size bytes nothing is allocated. After an error of
// any call it returns that one, and dst as it was.
func (e *Edit) AppendTo(dst []byte) ([]byte, error) {
	if !e.ready() {
		return dst, &e.err
	}
	at, end := e.bounds() // buf[at:] is still to be written, from out on
	size := end - at + e.grown + len(e.body)
	n := len(dst)
	if cap(dst)-n < size {
		dst = slices.Grow(dst, size)
	}
	dst = dst[:n+size]
	out := dst[n:]
	buf := e.m.buf[:len(e.m.buf):len(e.m.buf)]
	first := 0 // the first splice that stands in buf[at:]
	for i := range e.splices {
		s := &e.splices[i]
		if s.growth() == 0 {
			continue
		}
		run := out
		out = copyRun(out, buf[at:], int(s.lo)-at)
		for first < i {
			e.patch(run, at, &e.splices[first])
			first++
		}
		out = copyRun(out, e.text[s.from:], int(s.to-s.from))
		at, first = int(s.hi), i+1
	}
	n = copy(out, buf[at:end])
	for first < len(e.splices) {
		e.patch(out, at, &e.splices[first])
		first++
	}
	copy(out[n:], e.body)
	return dst, nil
}

// patch puts the text of a splice over what it replaces, which is as long, in
// a copy of buf[at:].
func (e *Edit) patch(run []byte, at int, s *splice) {
	run = run[int(s.lo)-at:][:s.to-s.from]
	for i, c := range e.text[s.from:s.to] {
		run[i] = c
	}
}

// shortRun is the length up to which copyRun copies without a look at how long
// the text is: start lines and most of what is put in are shorter.
const shortRun = 128

// copyRun copies n bytes of src to the start of dst, and returns what is left of
// dst. It may write more than that of src, or of what stands behind src in the
// same array, into dst: the bytes behind have to be written afterwards.
func copyRun(dst, src []byte, n int) []byte {
	if n <= shortRun && len(dst) >= shortRun && cap(src) >= shortRun {
		d, s := (*[shortRun]byte)(dst), (*[shortRun]byte)(src[:shortRun])
		*(*[16]byte)(d[0:]) = *(*[16]byte)(s[0:])
		*(*[16]byte)(d[16:]) = *(*[16]byte)(s[16:])
		*(*[16]byte)(d[32:]) = *(*[16]byte)(s[32:])
		*(*[16]byte)(d[48:]) = *(*[16]byte)(s[48:])
		*(*[16]byte)(d[64:]) = *(*[16]byte)(s[64:])
		*(*[16]byte)(d[80:]) = *(*[16]byte)(s[80:])
		*(*[16]byte)(d[96:]) = *(*[16]byte)(s[96:])
		*(*[16]byte)(d[112:]) = *(*[16]byte)(s[112:])
	} else {
		copy(dst, src[:n])
	}
	return dst[n:]
}

// AppendSegments appends the changed message in pieces, for net.Buffers and
// for vectors of system calls. They point into the message and into e, and
// are valid until either is changed. Errors are as for AppendTo.
func (e *Edit) AppendSegments(dst [][]byte) ([][]byte, error) {
	if !e.ready() {
		return dst, &e.err
	}
	add := func(b []byte) {
		if len(b) > 0 {
			dst = append(dst, b[:len(b):len(b)])
		}
	}
	at, end := e.bounds()
	for i := range e.splices {
		s := &e.splices[i]
		add(e.m.buf[at:s.lo])
		add(e.text[s.from:s.to])
		at = int(s.hi)
	}
	add(e.m.buf[at:end])
	add(e.body)
	return dst, nil
}
