package record

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
)

// An InStream is the record of one message of a byte stream. Every offset in
// it counts from the first byte of the message.
type InStream struct {
	*Record
	StreamOffset int64 `json:"stream_offset"` // of the message in the stream
}

// The ends of a stream.
const (
	EndClean      = "clean"      // behind a message or a keep-alive
	EndIncomplete = "incomplete" // inside a message
	EndError      = "error"      // where it cannot be cut into messages any further
	EndUnreadable = "unreadable" // the file could not be read to its end
)

// A StreamEnd is the last object of a stream: how much was in it, and where
// and why it ends. Only one that is not clean has Error and ErrorCode.
type StreamEnd struct {
	File       Text   `json:"file"`
	End        string `json:"end"`
	Messages   int    `json:"messages"`   // handed out, malformed ones included
	Malformed  int    `json:"malformed"`  // of these, with an error
	KeepAlives int    `json:"keepalives"` // line ends between messages, a CRLF CRLF counted once
	Pings      int    `json:"pings"`      // CRLF CRLF among these (RFC 5626, 4.4.1)

	// StreamOffset is where the last message starts that is not whole, or the
	// end; Offset is that of the byte where framing ends. Both count from the
	// start of the stream.
	StreamOffset int64  `json:"stream_offset"`
	Offset       int64  `json:"offset"`
	Error        string `json:"error,omitempty"`
	ErrorCode    string `json:"error_code,omitempty"`
}

// Finish fills in where and why a stream ends: err is nil for a clean end.
func (e *StreamEnd) Finish(s *codec.Stream, err error) {
	e.StreamOffset = s.Offset()
	e.Offset = e.StreamOffset
	if err == nil {
		e.End = EndClean
		return
	}
	lost := s.Fault()
	if err != lost.Code {
		e.Offset += int64(s.Pending())
		e.End, e.Error, e.ErrorCode = EndUnreadable, err.Error(), EndUnreadable
		return
	}
	e.Offset += int64(lost.Offset)
	e.Error, e.ErrorCode = Explain(lost.Code, lost.Header), lost.Code.Name()
	e.End = EndError
	if lost.Code == sipwire.ErrIncomplete {
		e.End = EndIncomplete
	}
}
