package codec

import (
	"io"
	"net"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/wire"
	"github.com/sipwire/sipwire/pool"
)

// A StreamWriter gathers messages and writes them to a stream in one call:
// by writev where W is a TCP or Unix connection, else joined into one buffer,
// so that TLS makes one record of them and not one of each piece.
//
// What is added is not copied until Flush; the caller leaves it alone until
// then. A StreamWriter is for one goroutine at a time and must not be copied.
type StreamWriter struct {
	_ wire.NoCopy

	W io.Writer

	pieces net.Buffers // what Add was given
	out    net.Buffers // a copy of pieces for WriteTo, which eats its receiver
	size   int
}

var joinBuffers = pool.Buffers{MaxCap: 256 << 10}

// Add appends pieces of a message, in order: a whole message, or the
// segments of an edited one.
func (w *StreamWriter) Add(pieces ...[]byte) {
	for _, p := range pieces {
		if len(p) > 0 {
			w.pieces = append(w.pieces, p)
			w.size += len(p)
		}
	}
}

// AddMessage adds a message as received, without the line ends in front of it
// and the bytes behind its body, which a stream would take for another message.
// A message that did not parse is ErrNotParsed, and one without a
// Content-Length ErrContentLengthNone: nobody could find its end.
func (w *StreamWriter) AddMessage(m *Message) error {
	if !m.parsed || m.fault.Code != 0 {
		return sipwire.ErrNotParsed
	}
	if m.length < 0 {
		return sipwire.ErrContentLengthNone
	}
	w.Add(m.buf[m.start:m.end:m.end])
	return nil
}

// AddEdit adds an edited message, as AddMessage does one that is not; the Edit
// must stay as it is until Flush, too. [Edit.SetContentLength] gives the message
// a Content-Length.
func (w *StreamWriter) AddEdit(e *Edit) error {
	if !e.writable() {
		return e.fault.Code
	}
	if e.m.length < 0 && e.start&claimLength == 0 {
		return sipwire.ErrContentLengthNone
	}
	before := len(w.pieces)
	lo, hi := e.messageBounds()
	var err error
	if w.pieces, err = e.appendSegments(w.pieces, lo, hi); err != nil {
		return err
	}
	for _, p := range w.pieces[before:] {
		w.size += len(p)
	}
	return nil
}

// Size returns the number of bytes added since the last Flush.
func (w *StreamWriter) Size() int { return w.size }

// Flush writes what was added and forgets it. It returns the number of bytes
// written; below Size the stream was cut inside a message, err says why, and
// the connection is of no further use.
func (w *StreamWriter) Flush() (n int64, err error) {
	switch {
	case w.size == 0:
		return 0, nil
	case len(w.pieces) == 1:
		var k int
		k, err = w.W.Write(w.pieces[0])
		n = int64(k)
	default:
		n, err = w.flushMany()
	}
	if err == nil && n < int64(w.size) {
		err = io.ErrShortWrite
	}
	clear(w.pieces)
	w.pieces, w.size = w.pieces[:0], 0
	return n, err
}

func (w *StreamWriter) flushMany() (int64, error) {
	switch w.W.(type) {
	case *net.TCPConn, *net.UnixConn:
		all := append(w.out[:0], w.pieces...)
		w.out = all
		n, err := w.out.WriteTo(w.W)
		clear(all)
		w.out = all[:0]
		return n, err
	}
	b := joinBuffers.Get()
	for _, p := range w.pieces {
		b.B = append(b.B, p...)
	}
	n, err := w.W.Write(b.B)
	joinBuffers.Put(&b)
	return int64(n), err
}
