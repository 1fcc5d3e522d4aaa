package codec

import "github.com/sipwire/sipwire/internal/wire"

// Default limits, in bytes and header fields.
const (
	DefaultMaxMessage   = 64 << 10
	DefaultMaxStream    = 1 << 20 // MaxMessage of a message on a stream
	DefaultMaxHeaders   = 256
	DefaultMaxField     = 16 << 10
	DefaultMaxStartLine = 16 << 10
)

// DefaultMaxForwards is the Max-Forwards of a new request, and of one that was
// received without (RFC 3261, 8.1.1.6 and 16.6, step 3).
const DefaultMaxForwards = 70

// The index counts header fields in 16 bits and bytes in 32.
const (
	maxHeaders = 1<<16 - 2
	maxMessage = wire.MaxMessage
)

// Parser sets how messages are parsed. A zero field means its default,
// the zero Parser for all of them. A Parser is not changed by its use and may
// be shared.
type Parser struct {
	// Strictness says what is refused; Lenient unless set.
	Strictness Strictness
	// Stream says that the message was received over a stream, where a missing
	// Content-Length is an error (RFC 3261, 18.3).
	Stream bool
	// Fragment takes what may be the beginning of a message for one, as the body
	// of type message/sipfrag (RFC 3420, 2): the start line, the header fields and
	// the line ends behind them may be missing. See [Parser.Parse].
	Fragment bool
	// Complete also asks for what every message must have: the top Via, From, To,
	// Call-ID and CSeq, well-formed, and a CSeq with the method of the request
	// (RFC 3261, 8.1.1). It is for those who would answer 400 at once. It does not
	// ask for Max-Forwards, without which 16.3 lets a request pass.
	Complete bool

	MaxMessage   int // bytes of a message; 64 KiB, or 1 MiB with Stream
	MaxHeaders   int // header fields; 256
	MaxField     int // bytes of one header field, line ends included; 16 KiB
	MaxStartLine int // bytes of the start line; 16 KiB
}

// A Strictness says what a Parser refuses of what it could read.
type Strictness uint8

const (
	// Lenient, the default, refuses what cannot be read in one way only, and
	// keeps all else as received. Package lint finds what it tolerates.
	Lenient Strictness = iota
	// Strict also refuses what the grammar of RFC 3261 does not allow: lines
	// that end in LF alone, control bytes outside quoted pairs (see
	// [Message.Controls]), a second header field where only one is allowed,
	// and, in typed values, a parameter that is given twice and all that
	// docs/liberal.md lists.
	Strict
	// Hardened also refuses what the grammar allows and another element may
	// read differently: folded header fields, whitespace before the colon,
	// bytes that are not UTF-8, a body without a Content-Length, and bytes
	// behind the body. It is for elements at a border: what they have not seen
	// is not there for those behind them either (docs/smuggling.md).
	Hardened
)

func limit(set, def, most int) int {
	if set <= 0 {
		return def
	}
	return min(set, most)
}

func (p *Parser) maxMessage() int {
	if p.Stream {
		return limit(p.MaxMessage, DefaultMaxStream, maxMessage)
	}
	return limit(p.MaxMessage, DefaultMaxMessage, maxMessage)
}

// Parse indexes the message in b with the default limits, as [Parser.Parse]
// does.
func (m *Message) Parse(b []byte) error { return defaults.Parse(m, b) }

// defaults is the zero Parser; it is never written to.
var defaults Parser
