package main

import (
	"github.com/sipwire/sipwire/cmd/internal/record"
	"github.com/sipwire/sipwire/cmd/internal/show"
	"github.com/sipwire/sipwire/codec"
)

type parseCmd struct {
	JSON   bool `help:"Print one JSON object for each message, a line each."`
	Stream bool `help:"Each file is a byte stream, as captured from TCP: cut it into messages by Content-Length."`
	Wide   bool `help:"Do not cut lines to the width of the terminal."`

	strictness `embed:""`

	Files []string `arg:"" optional:"" type:"filenames" name:"file" help:"Messages, one a file; standard input when there are none, or for -."`
}

// Help is what kong prints below the usage of this command.
func (*parseCmd) Help() string {
	return `The JSON object of a message has the keys file, method, status, reason, ruri, headers, via_count, contact_count,
route_count, content_length, body_len and trailing_len; of one that does not parse also error, error_code and offset.
What a message does not have is null. Strings are the bytes as received; one that is not UTF-8 becomes a lone
surrogate \udc80 to \udcff, as Python's surrogateescape writes it. Counts are of values, not of lines. What a proxy
reads is under ruri_*, top_via_*, from_*, to_*, call_id, cseq_* and max_forwards; errors lists the headers whose
values do not follow their grammar, and the Request-URI under that name.

The body is under sdp, when it is a session description, or under parts: what o= and s= say, attributes, and media with
type, port, num_ports, proto, address, direction, holds, held, formats and attributes; of a part headers, content_type,
offset, body_len, sdp and parts. What does not parse has error, error_code and offset too; parts_error says why there are
no more parts. A body of another type, or a compressed one, has null for both.

With --stream, each message also has stream_offset, from which its other offsets count, and one more object ends each
file: end (clean, incomplete, error), messages, malformed, keepalives, pings, stream_offset, and offset, the byte of the
stream where framing ends; error and error_code say why when it is not clean.`
}

// Run parses every message; a bad one does not keep the others from it.
func (c *parseCmd) Run(e *env, global *cli) error {
	if c.Stream {
		return c.runStream(e, global)
	}
	parser := codec.Parser{Strictness: c.level()}
	m := codec.Acquire()
	defer codec.Release(m)
	p, enc := printer(e, global, c.Wide), newEncoder(e)
	first, bad := true, false
	for in := range e.inputs(c.Files, codec.DefaultMaxMessage) {
		if !first && !c.JSON {
			p.Gap()
		}
		first = false
		parseErr := in.err
		if in.err == nil {
			parseErr = parser.Parse(m, in.data)
		}
		bad = bad || parseErr != nil
		if err := c.print(in, m, parseErr, p, enc); err != nil {
			return err
		}
	}
	if bad {
		return errBad
	}
	return nil
}

func (c *parseCmd) print(in input, m *codec.Message, parseErr error, p *show.Printer, enc *encoder) error {
	switch {
	case c.JSON && in.err != nil:
		return enc.Encode(record.Unreadable(in.name, in.err))
	case c.JSON:
		return enc.Encode(record.Of(in.name, m, parseErr))
	case in.err != nil:
		p.Unreadable(in.name, in.err)
	default:
		p.Tree(in.name, m, parseErr)
	}
	return nil
}
