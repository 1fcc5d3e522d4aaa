package sdp

import (
	"sync"

	"github.com/sipwire/sipwire"
)

// MaxLines is the most lines that a description may have.
const MaxLines = 1 << 14

// Lines and media that a Description has room for in itself. What a body
// needs beyond that is allocated once and kept. An offer of a browser for
// audio and video has about 200 lines.
const (
	inlineLines = 320
	inlineMarks = 64
)

// noCopy makes go vet complain when a struct that holds one is copied.
type noCopy struct{}

func (*noCopy) Lock()   {}
func (*noCopy) Unlock() {}

// A Description is the index of one session description. The zero value is
// ready for [Description.Parse]; [Acquire] takes one from a pool. It is for one
// goroutine at a time.
//
// See the package comment for how long what it returns is valid.
type Description struct {
	_ noCopy

	b        []byte
	gen      uint32 // how often b was replaced: see Edit
	released bool   // it is in the pool

	// ends[i+1] is the offset of the LF of line i, or of the end of the body
	// for a last line without one. ends[0] is -1, so that line i begins at
	// ends[i]+1.
	ends  []uint32
	n     int      // lines
	media []uint32 // the numbers of the m= lines
	conns []uint32 // the numbers of the c= lines
	marks []uint32 // room for the kernel; conns is a part of it

	mediaStore []uint32 // media is a part of it

	fault, parseFault Fault
	session           sessionFacts

	inlineEnds  [inlineLines + 1]uint32
	inlineMarks [inlineLines]uint32
	inlineMedia [inlineMarks]uint32
}

// sessionFacts is what media inherit and is asked for once for each of them.
type sessionFacts struct {
	known     bool
	direction Direction // 0 without one
	ice       bool
}

// A Fault says what the last call that failed has found, and where.
type Fault struct {
	Code   sipwire.Code
	Type   byte // of the line, such as 'c'; 0 for the body as a whole
	Line   int  // its number, 0 for the first
	Offset int  // of the byte concerned, in the body
}

var descriptions = sync.Pool{New: func() any { return new(Description) }}

// Acquire returns an empty Description from a pool.
func Acquire() *Description {
	d := descriptions.Get().(*Description)
	d.released = false
	return d
}

// Release resets d and returns it to the pool. Neither d nor anything it
// returned may be used afterwards.
func Release(d *Description) {
	if d.released {
		panic("sip: Description released twice")
	}
	d.Reset()
	d.released = true
	descriptions.Put(d)
}

// Reset forgets the description and its bytes; memory that was grown is kept.
func (d *Description) Reset() {
	d.b, d.n = nil, 0
	d.gen++
	d.media, d.conns = nil, nil
	d.fault, d.parseFault, d.session = Fault{}, Fault{}, sessionFacts{}
}

// Bytes returns what was given to Parse.
func (d *Description) Bytes() []byte { return d.b }

// Err returns the error of the last Parse, nil when it succeeded.
func (d *Description) Err() error { return d.parseFault.Code.Err() }

// Fault returns what the last call that failed has found, Parse or a typed
// value. It is the zero Fault after a Parse without an error.
func (d *Description) Fault() Fault { return d.fault }

// ParseFault returns what the last Parse has found, whatever failed since.
func (d *Description) ParseFault() Fault { return d.parseFault }

// fail records a failure of line i, and returns it.
func (d *Description) fail(code sipwire.Code, i, offset int) error {
	d.fault = Fault{Code: code, Line: i, Offset: offset}
	if lo, hi := d.bounds(i); lo < hi {
		d.fault.Type = d.b[lo]
	}
	return code
}

// missing records that a section has no line of a type, or no such attribute.
func (d *Description) missing(typ byte, line int) error {
	d.fault = Fault{Code: sipwire.ErrMissing, Type: typ, Line: line, Offset: d.offset(line)}
	return sipwire.ErrMissing
}

// offset returns where line i begins, the end of the body when there is none.
func (d *Description) offset(i int) int {
	if i >= d.n {
		return len(d.b)
	}
	return int(d.ends[i] + 1)
}

// bounds returns the bounds of line i without its end; empty ones when there
// is no such line.
func (d *Description) bounds(i int) (lo, hi int) {
	if uint(i) >= uint(d.n) {
		return len(d.b), len(d.b)
	}
	lo, hi = int(d.ends[i]+1), int(d.ends[i+1])
	if hi > lo && d.b[hi-1] == '\r' {
		hi--
	}
	return lo, hi
}
