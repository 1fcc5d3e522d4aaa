package main

import (
	"fmt"

	"github.com/sipwire/sipwire/cmd/internal/record"
	"github.com/sipwire/sipwire/cmd/internal/show"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/lint"
)

type checkCmd struct {
	JSON   bool `help:"Print one JSON object for each message, a line each."`
	Stream bool `help:"Each file is a byte stream, as captured from TCP: cut it into messages by Content-Length."`
	Rules  bool `help:"Print the rules by name and exit."`
	Wide   bool `help:"Do not cut lines to the width of the terminal."`

	strictness `embed:""`

	Files []string `arg:"" optional:"" type:"filenames" name:"file" help:"Messages, one a file; standard input when there are none, or for -."`
}

// Help is what kong prints below the usage of this command.
func (*checkCmd) Help() string {
	return `An error is what an RFC 3261 element answers with 400, 416, 420 or 505, or drops the message for; a warning breaks a
rule and is ignored or tolerated by the receiver; a note is worth knowing. The exit status is 1 when there is an error.
The JSON object of a message has the keys file and findings, an array of objects with severity, code, rfc, header, offset
and message. The code is the name of a rule: those of --rules, or for a value that does not follow its grammar the name
of the error that parse --json prints.

When a request with a session description is followed by its response, or a response by its ACK, the answer is compared
with the offer: the number of media, rejected streams, types, formats and directions (RFC 3264).

With --stream, each object also has stream_offset, from which its other offsets count, and one more object ends each file,
as that of parse --stream does. The exit status is 1 as well when the stream does not end where it may.`
}

// Run checks every message.
func (c *checkCmd) Run(e *env, global *cli) error {
	if c.Rules {
		for r := range lint.Rules() {
			fmt.Fprintf(e.stdout, "%-20s %s\n", r, r.About())
		}
		return nil
	}
	if c.Stream {
		return c.runStream(e, global)
	}
	parser := codec.Parser{Strictness: c.level()}
	m := codec.Acquire()
	defer codec.Release(m)
	p, enc := printer(e, global, c.Wide), newEncoder(e)
	first, bad, open := true, false, offers{}
	for in := range e.inputs(c.Files, codec.DefaultMaxMessage) {
		if !first && !c.JSON {
			p.Gap()
		}
		first = false
		var found []lint.Finding
		if in.err == nil {
			_ = parser.Parse(m, in.data) // Check reports its error
			found = append(lint.Check(m), open.check(m)...)
		}
		bad = bad || in.err != nil || lint.Worst(found) == lint.Error
		if err := c.print(in, m, found, p, enc); err != nil {
			return err
		}
	}
	if bad {
		return errBad
	}
	return nil
}

func (c *checkCmd) print(in input, m *codec.Message, found []lint.Finding, p *show.Printer, enc *encoder) error {
	switch {
	case c.JSON && in.err != nil:
		return enc.Encode(record.UnreadableFindings(in.name, in.err))
	case c.JSON:
		return enc.Encode(record.FindingsOf(in.name, found))
	case in.err != nil:
		p.Unreadable(in.name, in.err)
	default:
		p.Findings(in.name, m, found)
	}
	return nil
}
