package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/sipwire/sipwire/cmd/internal/record"
	"github.com/sipwire/sipwire/cmd/internal/show"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/lint"
)

// streamReader cuts the byte streams in files into messages, for --stream.
type streamReader struct {
	json   bool
	p      *show.Printer
	enc    *encoder
	level  codec.Strictness
	m      *codec.Message
	s      codec.Stream
	report reportFunc
	open   offers // for check
}

// A reportFunc prints r.m, the message that was parsed with the result parsed
// and begins at an offset of its stream. title names it for people. bad says
// that something is wrong with it.
type reportFunc func(r *streamReader, file, title string, start int64, parsed error) (bad bool, err error)

// runStream is Run for byte streams.
func (c *parseCmd) runStream(e *env, global *cli) error {
	r := &streamReader{json: c.JSON, p: printer(e, global, c.Wide), enc: newEncoder(e), level: c.level(), report: reportTree}
	return r.run(e, c.Files)
}

// runStream is Run for byte streams.
func (c *checkCmd) runStream(e *env, global *cli) error {
	r := &streamReader{json: c.JSON, p: printer(e, global, c.Wide), enc: newEncoder(e), level: c.level(), report: reportFindings, open: offers{}}
	return r.run(e, c.Files)
}

// reportTree is the report of parse.
func reportTree(r *streamReader, file, title string, start int64, parsed error) (bad bool, err error) {
	if r.json {
		return parsed != nil, r.enc.Encode(record.InStream{Record: record.Of(file, r.m, parsed), StreamOffset: start})
	}
	r.p.Tree(title, r.m, parsed)
	r.p.Gap()
	return parsed != nil, nil
}

// reportFindings is the report of check.
func reportFindings(r *streamReader, file, title string, start int64, _ error) (bad bool, err error) {
	found := append(lint.Check(r.m), r.open.check(r.m)...)
	bad = lint.Worst(found) == lint.Error
	if r.json {
		return bad, r.enc.Encode(record.FindingsInStream{Findings: record.FindingsOf(file, found), StreamOffset: start})
	}
	r.p.Findings(title, r.m, found)
	r.p.Gap()
	return bad, nil
}

// run reports every message of every file.
func (r *streamReader) run(e *env, names []string) error {
	r.m = codec.Acquire()
	defer codec.Release(r.m)
	if len(names) == 0 {
		names = []string{stdinName}
	}
	bad := false
	for _, name := range names {
		end := &record.StreamEnd{File: record.Text(name)}
		r.s = codec.Stream{Parser: codec.Parser{Strictness: r.level}}
		var outErr error
		err := e.open(name, func(in io.Reader) (err error) {
			var wrong bool
			wrong, err, outErr = r.read(name, in, end)
			bad = bad || wrong
			return err
		})
		if outErr != nil {
			return outErr
		}
		end.Finish(&r.s, err)
		r.s.Close()
		bad = bad || err != nil
		if err := r.end(name, end); err != nil {
			return err
		}
	}
	if bad {
		return errBad
	}
	return nil
}

// read reports every message of one stream; bad says that one is wrong. The
// first error is that of the stream, nil when it ends where it may; the second
// that of the output.
func (r *streamReader) read(name string, in io.Reader, end *record.StreamEnd) (bad bool, err, outErr error) {
	for {
		start := r.s.Offset()
		event, err := r.s.ReadNext(in, r.m)
		switch {
		case event == codec.LineEnd:
			end.KeepAlives++
			continue
		case event == codec.Ping:
			end.Pings++
			continue
		case event == codec.NeedMore && errors.Is(err, io.EOF):
			return bad, nil, nil
		case event == codec.NeedMore:
			return bad, err, nil
		}
		end.Messages++
		if err != nil {
			end.Malformed++
		}
		wrong, outErr := r.report(r, name, fmt.Sprintf("%s, message %d at byte %d", name, end.Messages, start), start, err)
		bad = bad || wrong
		if outErr != nil {
			return bad, nil, outErr
		}
	}
}

// end prints where the stream ends.
func (r *streamReader) end(name string, end *record.StreamEnd) error {
	if r.json {
		return r.enc.Encode(end)
	}
	r.p.StreamEnd(name, end)
	return nil
}
