package engine

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// lengthWidth is how many characters [len] takes: the body is only there
// behind it, and so its length is filled in later, with blanks in front.
const lengthWidth = 5

// render appends the message or text of ops for a call at a step.
func (e *Engine) render(dst []byte, c *call, ops []op, step int, method string) ([]byte, error) {
	start, body := len(dst), -1
	var lengths [4]struct{ at, offset int }
	n := 0
	var last *codec.Message // the last message received, parsed when it is asked for
	var late []place        // credentials that are made when the body is there
	empty := -1             // where a line ends that has had empty fields only
	for i := 0; i < len(ops); i++ {
		o := &ops[i]
		before := len(dst)
		switch o.kind {
		case scenario.Literal:
			text := o.text
			if empty == len(dst) {
				text = behindBlankLine(text)
			}
			empty = -1
			dst = append(dst, text...)
		case bodyStart:
			body = len(dst)
		case scenario.Len:
			if n < len(lengths) {
				lengths[n].at, lengths[n].offset = len(dst), o.part.Offset
				n++
			}
			dst = append(dst, "     "[:lengthWidth]...)
		case scenario.CallNumber:
			dst = strconv.AppendInt(dst, int64(c.number)+int64(o.part.Offset), 10)
		case scenario.CallID:
			dst = append(dst, e.dialogID(c)...)
		case scenario.CSeq:
			dst = strconv.AppendInt(dst, int64(c.cseq)+int64(o.part.Offset), 10)
		case scenario.Branch:
			dst = e.appendBranch(dst, c, step+o.part.Offset)
		case scenario.PeerTag:
			if len(c.peerTag) > 0 {
				dst = append(append(dst, ";tag="...), c.peerTag...)
			}
		case scenario.LocalPort:
			dst = strconv.AppendInt(dst, int64(e.localPort(c)+o.part.Offset), 10)
		case scenario.Value:
			dst = e.get(c, o.part.Var).append(dst)
		case scenario.FieldOf:
			field := len(dst)
			dst = e.appendField(dst, c, o, step)
			at := bytes.Index(dst[field:], authentication)
			if at < 0 {
				// A line of empty fields and nothing else goes, or the header section would
				// end there; as in SIPp, with text behind it stays.
				if len(dst) == field && (field == start || dst[field-1] == '\n') {
					empty = field
				}
				continue
			}
			// A field may have the keyword of credentials in it.
			var err error
			made := len(late)
			if dst, late, err = e.expandCredentials(dst, start, field+at, c, step, method, late); err != nil {
				return dst[:start], err
			}
			if len(late) > made {
				empty = -1 // the line stays: it is not empty
				continue
			}
		case scenario.Authentication:
			if e.hashesBody(c) {
				late = append(late, place{len(dst), *o})
				empty = -1
				continue
			}
			var err error
			if dst, err = e.appendCredentials(dst, dst[start:], nil, c, o, step, method); err != nil {
				return dst[:start], err
			}
		case scenario.Routes:
			if len(c.routes) > 0 {
				dst = append(append(dst, "Route: "...), c.routes...)
			}
		case scenario.NextURL:
			dst = append(dst, c.nextURL...)
		case scenario.LastHeader, scenario.LastCSeqNumber, scenario.LastRequestURI:
			if last == nil && len(c.recv) > 0 {
				last = e.lastMessage(c)
			}
			if last != nil {
				dst = appendLast(dst, last, o)
			}
		case scenario.LastMessage:
			dst = append(dst, c.recv...)
		default:
			dst = e.appendPlain(dst, c, o, step)
		}
		if o.skip > 0 && len(dst) == before {
			i = int(o.skip) - 1
		}
	}
	if body < 0 {
		body = len(dst)
	}
	length := len(dst) - body
	for k := n - 1; k >= 0; k-- { // backwards: a long number moves what is behind it
		dst = putLength(dst, lengths[k].at, max(length+lengths[k].offset, 0))
	}
	return e.insertCredentials(dst, start, len(dst)-length, c, late, step, method)
}

// behindBlankLine returns what is behind the first line end, if there are only
// blanks in front of it.
func behindBlankLine(text []byte) []byte {
	line, rest, ended := bytes.Cut(text, []byte("\n"))
	if ended && len(bytes.TrimSpace(line)) == 0 {
		return rest
	}
	return text
}

// putLength writes a length into the blanks that were left for it.
func putLength(dst []byte, at, length int) []byte {
	var digits [20]byte
	s := strconv.AppendInt(digits[:0], int64(length), 10)
	if extra := len(s) - lengthWidth; extra > 0 {
		dst = slices.Insert(dst, at, s[:extra]...)
		s, at = s[extra:], at+extra
	}
	copy(dst[at+lengthWidth-len(s):], s)
	return dst
}

// appendBranch appends the branch of the message that the call sends at a step:
// the magic cookie, PID, call number and step, so that [branch-N] names that
// of a message N steps before.
func (e *Engine) appendBranch(dst []byte, c *call, step int) []byte {
	dst = append(dst, "z9hG4bK-"...)
	dst = strconv.AppendInt(dst, int64(e.cfg.Words.PID), 10)
	dst = append(dst, '-')
	dst = strconv.AppendUint(dst, c.number, 10)
	dst = append(dst, '-')
	return strconv.AppendInt(dst, int64(step), 10)
}

// appendPlain appends the keywords that are rare.
func (e *Engine) appendPlain(dst []byte, c *call, o *op, step int) []byte {
	off := 0
	if o.part != nil {
		off = o.part.Offset
	}
	switch o.kind {
	case scenario.ServerIP:
		return append(dst, bracketed(e.AddressOf(c.conn).String())...)
	case scenario.MessageIndex:
		return strconv.AppendInt(dst, int64(step+off), 10)
	case scenario.AutoMediaPort:
		return strconv.AppendInt(dst, int64(e.cfg.Words.MediaPort)+4*int64((c.number-1)%10000)+int64(off), 10)
	case scenario.Users:
		return strconv.AppendInt(dst, e.shared.Users.Load(), 10)
	case scenario.UserID:
		return strconv.AppendInt(dst, int64(c.user+off), 10)
	case scenario.CalledUserID:
		return strconv.AppendInt(dst, int64(c.peer+off), 10)
	case scenario.DynamicID:
		return strconv.AppendInt(dst, e.shared.nextDynamic()+int64(off), 10)
	case scenario.ClockTick:
		return strconv.AppendInt(dst, e.now/1e6+int64(off), 10)
	case scenario.Timestamp:
		now := time.Now()
		dst = now.AppendFormat(dst, "2006-01-02\t15:04:05.000000")
		return fmt.Appendf(dst, "\t%d.%06d", now.Unix(), now.Nanosecond()/1000)
	case scenario.Date:
		dst, _ = header.AppendDate(dst, time.Now())
		return dst
	case scenario.Fill:
		for left := int(min(e.get(c, o.part.Var).float(), 1<<20)); left > 0; {
			k := min(left, len(o.text))
			dst = append(dst, o.text[:k]...)
			left -= k
		}
	case scenario.CryptoKey:
		var key [64]byte
		for i := range o.part.Offset {
			key[i] = byte(e.random.Uint32())
		}
		return base64.StdEncoding.AppendEncode(dst, key[:o.part.Offset])
	case scenario.AuthUser:
		return append(dst, e.cfg.Words.AuthUser...)
	case scenario.AuthPassword:
		return append(dst, e.cfg.Words.AuthPassword...)
	}
	return dst
}

// appendField appends a field of an injection file.
func (e *Engine) appendField(dst []byte, c *call, o *op, step int) []byte {
	if o.file < 0 || int(o.file) >= len(e.cfg.Files) {
		return dst
	}
	line := int(c.lines[o.file])
	if o.line != nil {
		var buf [24]byte
		s, err := e.render(buf[:0], c, o.line, step, "")
		if err != nil {
			return dst
		}
		f, ok := parseNumber(string(s)) // a variable that is 0 is empty
		if !ok {
			return dst
		}
		line = int(f)
	}
	return e.cfg.Files[o.file].AppendField(dst, line, o.part.Field)
}

// lastMessage parses the last message received.
func (e *Engine) lastMessage(c *call) *codec.Message {
	e.last.Parse(c.recv) // one that is malformed shows what could be read
	return &e.last
}

// appendLast appends a header of the last message, its values joined with
// commas behind its name.
func appendLast(dst []byte, m *codec.Message, o *op) []byte {
	switch o.kind {
	case scenario.LastCSeqNumber:
		if cseq, err := m.CSeq(); err == nil {
			return strconv.AppendInt(dst, int64(cseq.Number())+int64(o.part.Offset), 10)
		}
		return dst
	case scenario.LastRequestURI:
		// SIPp takes it from To, which a request within a dialog still has as
		// the INVITE had it.
		to, _ := m.To()
		return append(dst, to.URIBytes()...)
	}
	first := true
	for f := range m.FieldsByName(o.part.Text) {
		if first {
			if !o.part.Flag {
				dst = append(append(dst, o.text...), ": "...)
			}
			first = false
		} else {
			dst = append(dst, ", "...)
		}
		dst = f.AppendValue(dst)
	}
	return dst
}
