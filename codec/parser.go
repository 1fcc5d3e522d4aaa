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
	// Strict refuses what the default tolerates: lines that end in LF
	// alone, control bytes outside quoted pairs (see [Message.Controls]),
	// and a second header field where only one is allowed.
	Strict bool
	// Stream says that the message was received over a stream, where a missing
	// Content-Length is an error (RFC 3261, 18.3).
	Stream bool

	MaxMessage   int // bytes of a message; 64 KiB, or 1 MiB with Stream
	MaxHeaders   int // header fields; 256
	MaxField     int // bytes of one header field, line ends included; 16 KiB
	MaxStartLine int // bytes of the start line; 16 KiB
}

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
