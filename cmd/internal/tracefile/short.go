package tracefile

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/sipwire/sipwire/codec"
)

// Short writes the line of a message as the file of -trace_shortmsg has it: the
// moment, S for sent or R for received, Call-ID, CSeq and the first line.
func Short(w io.Writer, now time.Time, sent bool, message []byte) {
	direction := byte('R')
	if sent {
		direction = 'S'
	}
	var m codec.Message
	m.Parse(message) // one that is malformed shows what could be read
	callID, _ := m.CallID()
	cseq, _ := m.CSeq()
	line, _, _ := bytes.Cut(message, []byte("\n"))
	fmt.Fprintf(w, "%s\t%c\t%s\tCSeq:%d %s\t%s\n", Stamp(now), direction, callID, cseq.Number(), cseq.MethodBytes(), bytes.TrimRight(line, "\r"))
}
