package codec

import (
	"sync"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/poison"
	"github.com/sipwire/sipwire/internal/scan"
	"github.com/sipwire/sipwire/internal/wire"
)

// Numbers of inline slots: what a message needs beyond them costs one
// allocation, kept for the messages after it.
const (
	inlineFields = 64

	// lineBatch is the number of lines that one call of the kernel indexes. It
	// holds a start line, the header fields of the default limit and the empty
	// line: messages of more take the fast path no longer, and pay twice
	// as much for each field.
	lineBatch = DefaultMaxHeaders + 2
)

// A Message is the index of one SIP message. The zero value is ready for
// [Message.Parse]; Acquire takes one from a pool. A Message is for one
// goroutine at a time.
//
// See the package comment for how long what it returns is valid.
type Message struct {
	_ wire.NoCopy

	buf []byte // what was given to Parse; every offset below counts from its start
	startLine
	fault Fault // of the last Parse

	fields []field  // the header fields in order
	next   []uint16 // next[i] is 1 + the index of the next field with the same ID, 0 at the end
	// first[id] is 1 + the index of the first field with that ID, 0 for none.
	// It has room for every ID there can be, so that no index is checked.
	first [256]uint16

	body, end int    // the body is buf[body:end]; trailing bytes follow
	length    int    // Content-Length as declared, -1 when absent
	unclean   bool   // the header section may have control bytes
	parsed    bool   // the start line was read: accessors may be used
	malformed bool   // it is a request line that could not be read
	released  bool   // it is in the pool
	gen       uint32 // how often the message was forgotten: see Edit

	stream    *Stream // whose buffer holds the bytes, nil for none
	streamGen uint32  // of the stream, when it handed them out
	limits    Parser  // what the message was parsed with; Clone needs it

	own []byte // the bytes of a fragment that was completed

	typed typedCache

	lines        [lineBatch]scan.Line
	inlineFields [inlineFields + behind]field
	inlineNext   [inlineFields + behind]uint16
}

// field is one header field: buf[name:name+nameLen] is its name as received,
// buf[value:end] its value without the whitespace around it.
type field struct {
	name, value, end uint32
	nameLen          uint16
	id               header.ID
	flags            fieldFlags
}

type fieldFlags uint8

const (
	fieldFolded fieldFlags = 1 << iota // a continuation line follows the first
)

var messages = sync.Pool{New: func() any { return new(Message) }}

// Acquire returns an empty Message from a pool.
func Acquire() *Message {
	m := messages.Get().(*Message)
	m.released = false
	return m
}

// alive panics when m was released, in builds with the race detector or the tag
// sipwiredebug, where a released message is not used again: the panic shows
// where. In other builds it is nothing.
func (m *Message) alive() {
	if poison.Enabled && m.released {
		panic("sip: Message used after Release")
	}
}

// Release resets m and returns it to the pool. Neither m nor anything it
// returned may be used afterwards. A second Release panics, before somebody
// else gets the Message; once somebody has, it cannot be told from theirs.
func Release(m *Message) {
	if m.released {
		panic("sip: Message released twice")
	}
	m.Reset()
	m.released = true
	if !poison.Enabled { // see alive
		messages.Put(m)
	}
}

// Reset forgets the message and its bytes; memory that was grown is kept.
// Its cost does not grow with the memory that m holds.
func (m *Message) Reset() {
	m.forget()
	m.buf = nil
	if m.typed.have|m.typed.held != 0 {
		m.typed.release()
	}
}

// forget is Reset but for buf, which Parse is about to set: to store a pointer
// twice is to ask the collector twice whether it wants to know.
func (m *Message) forget() {
	if len(m.fields) != 0 {
		// All of them, a handful of stores, rather than those in use, a
		// loop of unpredictable length.
		clear(m.first[:grammar.NumIDs])
	}
	if m.fields == nil {
		m.fields, m.next = m.inlineFields[:0], m.inlineNext[:]
	}
	m.fields = m.fields[:0]
	m.startLine = startLine{}
	m.fault = Fault{}
	m.body, m.end, m.length = 0, 0, -1
	m.parsed, m.malformed, m.unclean = false, false, false
	m.gen++
	if m.stream != nil {
		m.stream = nil
	}
	if m.typed.have != 0 {
		m.typed.reset()
	}
}

// Clone returns a copy of m that owns a copy of its bytes, and so stays
// valid whatever happens to m. It costs two allocations, about 5 KB and the bytes;
// a [Copy] costs the bytes. It is not from the pool, but may be released
// to it. A message that did not parse is cloned with its error.
func (m *Message) Clone() *Message {
	c := new(Message)
	c.Reset()
	if m.buf != nil {
		b := make([]byte, len(m.buf))
		copy(b, m.buf)
		_ = m.limits.Parse(c, b) // the same error as m has
	}
	return c
}

// fail records the first error of a parse.
func (m *Message) fail(code sipwire.Code, id header.ID, offset int) {
	if m.fault.Code == 0 {
		m.fault = Fault{code, id, offset}
	}
}

// Err returns the error of the last Parse, nil when it succeeded.
func (m *Message) Err() error { return m.fault.Code.Err() }

// Fault says where the most recent call on m that failed did: Parse, an
// accessor, or an iterator. The Offset is in the bytes given to Parse. It is
// the zero Fault when no call has failed since Parse was called, and stays when
// later calls do not fail. A call that reads a malformed value and returns no
// error, such as [Message.InDialog], may set it too.
func (m *Message) Fault() Fault {
	if m.typed.have&hasLast != 0 {
		return m.typed.last
	}
	return m.fault
}

// ParseFault says where the last Parse failed, whatever failed since then; its
// Code is that of [Message.Err].
func (m *Message) ParseFault() Fault { return m.fault }

// Fail makes f the fault of m, and returns its Code. It is for functions that
// read or write more of a message than this package does: what they find wrong
// can then be asked of the message as everything else.
func (m *Message) Fail(f Fault) error {
	m.typed.have |= hasLast
	m.typed.last = f
	return f.Code.Err()
}
