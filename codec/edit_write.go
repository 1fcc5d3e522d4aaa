package codec

import (
	"slices"

	"github.com/sipwire/sipwire/internal/wire"
)

// Writing the changed message. The lengths of the runs between the changes are
// unpredictable, so that a copy of each by its length costs more for branches
// that are predicted wrong than for the bytes. One kernel writes all of them
// where there is one, which took 5 to 10 % off index and rewrite together, and
// the more the more changes there are. Else short runs are copied by a fixed
// number of bytes. A change that keeps the length of what it replaces does not
// cut the run that it is in.

// messageBounds is bounds without what is in front of the message and behind
// it, also when there are no changes.
func (e *Edit) messageBounds() (lo, hi int) {
	if e.newBody {
		return int(e.m.startLine.start), e.m.body
	}
	return int(e.m.startLine.start), e.m.end
}

// bounds returns the part of the bytes that is written, changes aside.
func (e *Edit) bounds() (lo, hi int) {
	if e.newBody || len(e.splices) > 0 || e.numKept > 0 || len(e.lists) > 0 {
		return e.messageBounds()
	}
	return 0, len(e.m.buf)
}

// Size returns the length in bytes of what AppendTo appends, 0 after an error.
func (e *Edit) Size() int {
	if !e.writable() {
		return 0
	}
	lo, hi := e.bounds()
	_, grown := e.ordered()
	return hi - lo + grown + e.bodyLen()
}

// AppendTo appends the changed message to dst, which must not overlap the
// message; with room for Size bytes nothing is allocated. After an error of
// any call it returns that one, and dst as it was.
func (e *Edit) AppendTo(dst []byte) ([]byte, error) {
	if !e.writable() {
		return dst, e.fault.Code
	}
	start, end := e.bounds()
	plan, grown := e.ordered()
	n, size := len(dst), end-start+grown+e.bodyLen()
	if cap(dst)-n < size {
		dst = slices.Grow(dst, size)
	}
	out := dst[n : n+size]
	if e.newBody {
		body := size - e.bodyLen()
		if e.writeBody(out[body:]) != nil {
			return dst, e.fault.Code
		}
		out = out[:body]
	}
	e.write(out, plan, start, end)
	return dst[:n+size], nil
}

// write writes buf[start:end] with its changes to out, which has room for just
// that.
func (e *Edit) write(out []byte, plan []splice, start, end int) {
	if !wire.WriteSplices(out, e.m.buf[:end], e.text, plan, start) {
		rest, at := out, start // buf[at:] is still to be written, to rest
		for i := range plan {
			s := &plan[i]
			rest = e.cut(rest, at, s)
			at = int(s.Hi)
		}
		copy(rest, e.m.buf[at:end])
	}
	for i := range e.kept[:e.numKept] {
		s := &e.kept[i]
		to, text := out[keptAt(plan, s)-start:][:s.To-s.From], e.text[s.From:s.To]
		if len(text) == 2 { // Max-Forwards: not worth a call
			to[0], to[1] = text[0], text[1]
			continue
		}
		copy(to, text)
	}
}

// keptAt returns where what a splice replaces is, which keeps its length, after all
// other changes.
func keptAt(plan []splice, s *splice) int {
	at := int(s.Lo())
	for i := range plan {
		before := int64(plan[i].Key-s.Key) >> 63 // all ones when it is in front
		at += plan[i].Growth() & int(before)
	}
	return at
}

// Short runs by fixed copies took 3 % off index and rewrite together, keeping what
// has its length out of the cuts 1 to 5 % (bench, AVX-512, 2026-11).

// shortRun is the length up to which text is copied without a look at how long
// it is: start lines and most of what is put in are shorter.
const shortRun = 128

// cut copies the run of the message from at to the splice, and what the splice
// puts in, to the start of out, and returns what is left of out. It may write
// beyond that, inside of out, since what is left is written afterwards.
func (e *Edit) cut(out []byte, at int, s *splice) []byte {
	buf, text := e.m.buf[at:], e.text[s.From:cap(e.text)]
	run, n := int(s.Lo())-at, int(s.To-s.From)
	if run <= shortRun && n <= shortRun && len(out) >= 2*shortRun && len(buf) >= shortRun && len(text) >= shortRun {
		wire.Copy128((*[shortRun]byte)(out), (*[shortRun]byte)(buf))
		wire.Copy128((*[shortRun]byte)(out[run:]), (*[shortRun]byte)(text))
		return out[run+n:]
	}
	copy(out, buf[:run])
	copy(out[run:], text[:n])
	return out[run+n:]
}

// AppendSegments appends the changed message in pieces, for net.Buffers and
// for vectors of system calls. They point into the message and into e, and
// are valid until either is changed. Errors are as for AppendTo.
func (e *Edit) AppendSegments(dst [][]byte) ([][]byte, error) {
	if !e.writable() {
		return dst, e.fault.Code
	}
	at, end := e.bounds()
	return e.appendSegments(dst, at, end)
}

// appendSegments appends buf[at:end] with its changes, and the new body.
func (e *Edit) appendSegments(dst [][]byte, at, end int) ([][]byte, error) {
	add := func(b []byte) {
		if len(b) > 0 {
			dst = append(dst, b[:len(b):len(b)])
		}
	}
	kept := len(dst)
	for _, s := range e.orderedAll() {
		add(e.m.buf[at:s.Lo()])
		add(e.text[s.From:s.To])
		at = int(s.Hi)
	}
	add(e.m.buf[at:end])
	if e.from == nil {
		add(e.body)
		return dst, nil
	}
	e.text = slices.Grow(e.text, e.fromLen)
	body := e.text[len(e.text):][:e.fromLen]
	if e.writeBody(body) != nil {
		return dst[:kept], e.fault.Code
	}
	add(body)
	return dst, nil
}
