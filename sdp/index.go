package sdp

import (
	"bytes"
	"math"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/scan"
)

// Parse indexes the description that b holds. b is kept, never copied, and
// never written to. It must begin with the line v=0 (RFC 8866, 5.1).
//
// After an error the lines in front of the one that is wrong can be read all
// the same; an [Edit] refuses such a description.
func (d *Description) Parse(b []byte) error {
	d.b, d.n = b, 0
	d.gen++
	d.media, d.conns = nil, nil
	d.fault, d.parseFault, d.session = Fault{}, Fault{}, sessionFacts{}
	if len(b) > math.MaxInt32 {
		return d.refuse(sipwire.ErrBodyTooLong, 0, math.MaxInt32)
	}
	if d.ends == nil {
		d.ends, d.marks = d.inlineEnds[:], d.inlineMarks[:]
		d.ends[0] = math.MaxUint32
	}
	n, nmarks, odd := scan.SDPLines(b, d.ends[1:], d.marks)
	for n < 0 || n+1 >= len(d.ends) {
		if len(d.marks) > MaxLines+scan.SDPRoom {
			return d.refuse(sipwire.ErrTooManyLines, MaxLines, len(b))
		}
		d.grow()
		n, nmarks, odd = scan.SDPLines(b, d.ends[1:], d.marks)
	}
	end := int(d.ends[n] + 1) // where what is behind the last LF begins
	if end < len(b) {
		d.ends[n+1] = uint32(len(b))
		n++
		odd = odd || len(b)-end < 2 || b[len(b)-1] == '\r'
	}
	d.n = n
	if odd {
		_ = d.oddLines()
		d.parseFault = d.fault
	}
	d.split(d.marks[:nmarks])
	if d.parseFault.Code != 0 {
		return d.parseFault.Code
	}
	if d.n > MaxLines {
		return d.refuse(sipwire.ErrTooManyLines, MaxLines, d.offset(MaxLines))
	}
	// The usual first line; what else may be one is looked at closely.
	if len(b) < 4 || b[0] != 'v' || b[2] != '0' || b[3] != '\r' && b[3] != '\n' {
		return d.firstLine()
	}
	return nil
}

// grow doubles the tables.
func (d *Description) grow() {
	n := 2 * len(d.marks)
	d.ends, d.marks = make([]uint32, n+1), make([]uint32, n)
	d.ends[0] = math.MaxUint32
}

// refuse records an error of Parse.
func (d *Description) refuse(code sipwire.Code, line, offset int) error {
	d.fault = Fault{Code: code, Line: line, Offset: offset}
	if lo, hi := d.bounds(line); lo < hi {
		d.fault.Type = d.b[lo]
	}
	d.parseFault = d.fault
	return code
}

// split parts the marked lines into m= and c= lines. The types come in an
// order that is not predictable: both tables are written, and one count
// moves on.
func (d *Description) split(marks []uint32) {
	for len(marks) > 0 && int(marks[len(marks)-1]) >= d.n {
		marks = marks[:len(marks)-1] // behind an error
	}
	if d.mediaStore == nil {
		d.mediaStore = d.inlineMedia[:]
	}
	if len(marks) >= len(d.mediaStore) {
		d.mediaStore = make([]uint32, 2*len(marks))
	}
	media := d.mediaStore
	nm, nc := 0, 0
	for _, line := range marks {
		isMedia := int(d.b[d.ends[line]+1] >> 2 & 1) // of 'm', not of 'c'
		media[nm] = line
		marks[nc] = line
		nm += isMedia
		nc += 1 - isMedia
	}
	d.media, d.conns = media[:nm], marks[:nc]
}

// oddLines looks at a description in which the kernel has found something. It
// drops empty lines at the end. For an error, the lines in front of it stay.
func (d *Description) oddLines() sipwire.Code {
	for d.n > 0 {
		if lo, hi := d.bounds(d.n - 1); lo < hi {
			break
		}
		d.n--
	}
	for i := range d.n {
		lo, hi := d.bounds(i)
		line := d.b[lo:hi]
		code, at := sipwire.Code(0), 0
		if at = bytes.IndexByte(line, 0); at >= 0 {
			code = sipwire.ErrControl
		} else if at = bytes.IndexByte(line, '\r'); at >= 0 {
			code = sipwire.ErrControl
		} else if i == d.n-1 && int(d.ends[i+1]) == len(d.b) && hi < len(d.b) {
			code, at = sipwire.ErrControl, hi-lo // a CR at the very end
		} else if len(line) < 2 || line[1] != '=' {
			code, at = sipwire.ErrLine, min(1, len(line))
		}
		if code != 0 {
			_ = d.fail(code, i, lo+at)
			d.n = i
			return code
		}
	}
	return 0
}

// firstLine says what is wrong with a first line that is not v=0.
func (d *Description) firstLine() error {
	lo, hi := d.bounds(0)
	switch line := d.b[lo:hi]; {
	case lo == hi:
		return d.refuse(sipwire.ErrEmpty, 0, 0)
	case string(line) == "v=0":
		return nil
	case line[0] != 'v':
		return d.refuse(sipwire.ErrSDPVersion, 0, 0)
	}
	return d.refuse(sipwire.ErrSDPVersion, 0, 2)
}
