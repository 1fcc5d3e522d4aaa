package codec

import (
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/poison"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/wire"
	"github.com/sipwire/sipwire/pool"
)

// Defaults of a [Stream], in bytes.
const (
	DefaultMaxHead = 64 << 10 // start line and header section
)

// A StreamEvent is what [Stream.Next] found.
type StreamEvent uint8

// The events of a stream.
const (
	// NeedMore says that everything complete has been handed out.
	NeedMore StreamEvent = iota
	// GotMessage says that the Message holds the next message, or, with an
	// error, what could be read of one that is malformed.
	GotMessage
	// LineEnd is a CRLF between messages: a keep-alive pong for the side that sent a
	// ping (RFC 5626, 4.4.1), else nothing (RFC 3261, 7.5).
	LineEnd
	// Ping is a CRLF right behind a LineEnd: the pair is a keep-alive ping,
	// to be answered with one CRLF (RFC 5626, 4.4.1). Whether the two come
	// in one piece or in four, they are a LineEnd and then a Ping.
	// Whoever sends pings takes both events for a pong while one is due: two
	// pongs with no message between them are these bytes as well.
	Ping
)

// A Stream cuts a byte stream (TCP, TLS) into messages (RFC 3261, 18.3).
// Bytes go in by [Stream.Write] or [Stream.ReadNext], in any pieces;
// [Stream.Next] hands out what is complete, and what it hands out does not
// depend on the pieces. Every byte is searched a bounded number of times, and
// moved at most once besides what growing costs.
//
// The bytes live in the stream's buffer, which comes from a pool, grows with
// what has arrived, never with what a message announces, and goes back to
// the pool whenever it is empty. A Message from Next points into it, and is
// valid until the next call of Write or ReadNext.
//
// The zero Stream is ready to use. It is for one goroutine at a time and must
// not be copied. Close gives its buffer back.
type Stream struct {
	_ wire.NoCopy

	// Parser sets limits and strictness; Parser.Stream is taken as set.
	// MaxMessage bounds a whole message (1 MiB).
	Parser Parser
	// MaxHead bounds start line and header section; 64 KiB.
	MaxHead int
	// MaxBody bounds the body; whatever MaxMessage leaves.
	MaxBody int
	// MaxIdle bounds the time from the first byte of a message that
	// [Stream.ReadNext] had to wait for to its last: [DefaultMaxIdle] when it
	// is 0, no bound when it is negative. It needs a reader with
	// SetReadDeadline, as every net.Conn has.
	MaxIdle time.Duration

	buf    pool.Buffer
	lo, hi int // buf.B[lo:hi] has not been handed out
	base   int64
	gen    uint32 // how often the bytes of handed out messages have become invalid
	lost   Fault  // why framing was lost, Code 0 while it is not
	// malformed is the fault of the last malformed message.
	malformed Fault

	// How far the unfinished message at lo has been read; all count from lo.
	searched   int       // no empty line ends before this offset
	head       int       // length of start line and header section, 0 before it is known
	total      int       // length of the message, 0 before it is known
	lineOK     bool      // the start line has been looked at
	lineLater  bool      // it is looked at with the header section
	afterBreak bool      // the last event was a LineEnd: one more makes a Ping
	found      keptIndex // what is indexed of the message at lo
	want       int       // room for the next read
	deadline   time.Time // set on the reader, zero for none
	timed      bool      // deadline is that of the message at lo
}

// streamBuffers holds the buffers of all streams.
var streamBuffers = &pool.Buffers{MaxCap: 256 << 10}

// Pending returns the number of bytes of an unfinished message or line end
// that the stream holds.
func (s *Stream) Pending() int { return s.hi - s.lo }

// Offset returns the number of bytes in front of the next message: where,
// in the whole stream, it starts. After an error that lost framing it is where
// the message in question starts.
func (s *Stream) Offset() int64 { return s.base }

// Lost returns the error that lost framing, nil while the stream is sound.
// Nothing can be read behind such an error, and the caller closes the
// connection. [Stream.Fault] says where.
func (s *Stream) Lost() error {
	return s.lost.Code.Err()
}

// Fault says where the most recent call that failed did, other than by an
// error of the reader. The Offset is in the message concerned: that at
// [Stream.Offset] when framing was lost, else the one that Next returned.
func (s *Stream) Fault() Fault {
	if s.lost.Code != 0 {
		return s.lost
	}
	return s.malformed
}

// End says that no more bytes will come. It returns ErrIncomplete when they
// end inside a message.
func (s *Stream) End() error {
	if s.lost.Code != 0 {
		return s.lost.Code
	}
	if s.Pending() == 0 {
		return nil
	}
	s.lost = Fault{sipwire.ErrIncomplete, header.IDOther, s.Pending()}
	return s.lost.Code
}

// Close gives the buffer back and makes s ready for another stream. What Next
// returned is not valid any more.
func (s *Stream) Close() {
	s.release()
	s.base, s.lost, s.malformed, s.afterBreak, s.deadline = 0, Fault{}, Fault{}, false, time.Time{}
	s.found.in = nil
	s.restart()
}

func (s *Stream) release() {
	s.gen++
	if s.buf.B != nil {
		s.buf.B = s.buf.B[:0]
		streamBuffers.Put(&s.buf)
	}
	s.lo, s.hi = 0, 0
}

// restart forgets what is known of the message at lo.
func (s *Stream) restart() {
	s.searched, s.head, s.total, s.lineOK, s.lineLater, s.timed = 0, 0, 0, false, false, false
}

// Write adds bytes to the stream. It copies p, takes all of it, and returns
// an error only when framing has been lost.
func (s *Stream) Write(p []byte) (int, error) {
	if s.lost.Code != 0 {
		return 0, s.lost.Code
	}
	copy(s.room(len(p)), p)
	s.hi += len(p)
	return len(p), nil
}

// room returns space for at least n bytes behind hi. An unfinished message is
// moved to the front when that makes the room, and else the buffer doubles.
func (s *Stream) room(n int) []byte {
	s.gen++
	if s.lo == s.hi {
		s.lo, s.hi = 0, 0
		if s.buf.B == nil {
			s.buf = streamBuffers.Get()
		}
	}
	b := s.buf.B[:cap(s.buf.B)]
	if len(b)-s.hi < n && s.lo > 0 {
		old := b[:s.hi]
		copy(b, b[s.lo:s.hi])
		s.lo, s.hi = 0, s.hi-s.lo
		poison.Fill(old[s.hi:len(old):len(old)])
	}
	if len(b)-s.hi < n {
		grown := make([]byte, max(2*len(b), s.hi+n))
		copy(grown, b[:s.hi])
		s.buf.B, b = grown, grown
	}
	return b[s.hi:]
}

// Next hands out what comes next in the bytes so far.
//
// With an error, Lost says which of two kinds it is. When it is nil the end of
// the malformed message is known: the event is GotMessage, m shows what could
// be read, for a 400, and the next call goes on behind it. When it is not,
// the stream cannot be cut any further: m shows what could be read of the
// last message, if anything, every later call returns the same error, and the
// caller closes the connection.
func (s *Stream) Next(m *Message) (StreamEvent, error) {
	if s.searched|s.head != 0 || s.lost.Code != 0 {
		return s.resume(m)
	}
	m.Reset()
	if s.lo == s.hi {
		s.found.in = nil // not to hold on to a Message
		return NeedMore, nil
	}
	b := s.buf.B[s.lo:s.hi:s.hi]
	if b[0] <= '\r' {
		if e := s.lineEnd(b); e != NeedMore || len(b) == 1 && b[0] == '\r' {
			return e, nil
		}
	}
	p := &m.limits // where Clone looks for them
	most := s.settings(p)
	var l foundLines
	l.n, l.body, l.clean = scan.Lines(b, 0, m.lines[:])
	head := l.body
	if head == 0 || head > most {
		if head = s.findHead(m, p, b, l, true, most); head == 0 {
			return NeedMore, s.Lost()
		}
	}
	return s.message(m, p, b, head, l)
}

// resume is Next for a message at which it has looked before.
func (s *Stream) resume(m *Message) (StreamEvent, error) {
	kept := s.found.in == m && s.found.gen == m.gen
	m.Reset()
	if s.lost.Code != 0 {
		return NeedMore, s.lost.Code
	}
	b, p := s.bytes(), &m.limits
	most := s.settings(p)
	var l foundLines
	switch {
	case len(b) < s.total:
		if kept {
			s.found.gen = m.gen
		}
		return NeedMore, nil
	case s.total == 0:
		if kept {
			l = s.found.lines
		}
		// No byte is searched often: as many are new as are looked at again.
		look := len(b)-s.searched >= s.searched-m.lineStart(l.n, 0)
		if look {
			l = m.findLines(b, l)
		}
		head := l.body
		if head == 0 || head > most {
			if head = s.findHead(m, p, b, l, look, most); head == 0 {
				return NeedMore, s.Lost()
			}
		}
		return s.message(m, p, b, head, l)
	case kept && s.found.fields != 0:
		s.found.restore(m, s.head, s.total)
		return s.handOut(m, p, b[:s.total:s.total])
	}
	return s.message(m, p, b, s.head, l)
}

// message is Next where the header section at the front of b is complete: it is the
// first head bytes, of which l is known.
func (s *Stream) message(m *Message, p *Parser, b []byte, head int, l foundLines) (StreamEvent, error) {
	m.buf = b[:head:head]
	m.body, m.end = head, head
	if l.body == 0 {
		l = m.findLines(m.buf, foundLines{})
	}
	if !m.parseHead(p, 0, l) {
		s.lost = m.fault
		return NeedMore, s.lost.Code
	}
	first := m.fault
	m.fault.Code = 0
	m.contentLength()
	if m.fault.Code != 0 {
		s.lost = m.fault
		return NeedMore, s.lost.Code
	}
	if first.Code != 0 {
		m.fault = first
	}
	if uint(m.length) > uint(s.maxBody(p, head)) { // or there is none
		return NeedMore, s.loseBody(m, p, head)
	}
	total := head + m.length
	if len(b) < total {
		s.head, s.total = head, total
		s.keepIndex(m)
		return NeedMore, nil
	}
	return s.handOut(m, p, b[:total:total])
}

// handOut ends Next for the message b, the header section of which is indexed.
func (s *Stream) handOut(m *Message, p *Parser, b []byte) (StreamEvent, error) {
	m.buf = b
	m.frame(p)
	m.stream, m.streamGen = s, s.gen
	s.advance(len(b))
	if m.fault.Code == 0 {
		return GotMessage, nil
	}
	s.malformed = m.fault
	return GotMessage, m.fault.Code
}

// settings sets p to the settings for one message, and returns the limit of a start
// line and header section.
func (s *Stream) settings(p *Parser) (most int) {
	*p = s.Parser
	p.Stream = true
	if s.MaxHead|s.Parser.MaxMessage|s.Parser.MaxStartLine == 0 {
		p.MaxStartLine = DefaultMaxStartLine
		return DefaultMaxHead
	}
	most = min(limit(s.MaxHead, DefaultMaxHead, maxMessage), p.maxMessage())
	p.MaxStartLine = min(limit(p.MaxStartLine, DefaultMaxStartLine, maxMessage), most)
	return most
}

// advance passes over n bytes.
func (s *Stream) advance(n int) {
	s.lo += n
	s.base += int64(n)
	s.afterBreak = false
	s.restart()
}

// lose records that framing is lost.
func (s *Stream) lose(code sipwire.Code, id header.ID, offset int) {
	s.lost = Fault{code, id, offset}
}

// bytes returns what has not been handed out.
func (s *Stream) bytes() []byte {
	if s.buf.B == nil {
		return nil
	}
	return s.buf.B[s.lo:s.hi:s.hi]
}

// lineEnd takes one line end from the front of the bytes b.
func (s *Stream) lineEnd(b []byte) StreamEvent {
	n := 0
	switch {
	case b[0] == '\n' && s.Parser.Strictness == Lenient:
		n = 1
	case len(b) > 1 && b[0] == '\r' && b[1] == '\n':
		n = 2
	default:
		return NeedMore
	}
	second := s.afterBreak
	s.advance(n)
	s.afterBreak = !second
	if second {
		return Ping
	}
	return LineEnd
}
