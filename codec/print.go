package codec

import (
	"fmt"
	"log/slog"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
)

// A message prints as its start line, Call-ID and CSeq: enough to find it
// again, and nothing of what people say to each other.

// AppendText appends the start line, Call-ID and CSeq as one line, such as
// "BYE sip:bob@192.0.2.4 SIP/2.0; Call-ID: a84b4c76e66710; CSeq: 231 BYE".
// What the message does not have is left out. Control bytes are written as \x
// and two hexadecimal digits, so that no message can write a line of a log.
// The error is always nil.
func (m *Message) AppendText(dst []byte) ([]byte, error) {
	dst = appendPrintable(dst, m.StartLine())
	for _, id := range [...]header.ID{header.IDCallID, header.IDCSeq} {
		if v := m.Value(id); v != nil {
			dst = append(append(append(dst, "; "...), id.String()...), ": "...)
			dst = appendPrintable(dst, v)
		}
	}
	return dst, nil
}

func appendPrintable(dst, b []byte) []byte {
	const digits = "0123456789abcdef"
	for _, c := range b {
		if abnf.Is(c, abnf.Control) {
			dst = append(dst, '\\', 'x', digits[c>>4], digits[c&15])
			continue
		}
		dst = append(dst, c)
	}
	return dst
}

// String returns the text that [Message.AppendText] appends. It allocates.
func (m *Message) String() string {
	b, _ := m.AppendText(nil)
	return string(b)
}

// Format writes the text of [Message.AppendText] for every verb: %+v and %#v
// print no more than %v.
func (m *Message) Format(f fmt.State, verb rune) {
	b, _ := m.AppendText(nil)
	_, _ = f.Write(b)
}

// LogValue gives package slog the start line, Call-ID and CSeq. They are
// copies, so that a handler may keep them.
func (m *Message) LogValue() slog.Value {
	text := func(b []byte) string { return string(appendPrintable(nil, b)) }
	return slog.GroupValue(
		slog.String("start_line", text(m.StartLine())),
		slog.String("call_id", text(m.Value(header.IDCallID))),
		slog.String("cseq", text(m.Value(header.IDCSeq))),
	)
}
