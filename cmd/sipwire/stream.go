package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/sipwire/sipwire/cmd/internal/record"
	"github.com/sipwire/sipwire/cmd/internal/show"
	"github.com/sipwire/sipwire/codec"
)

// streamReader cuts the byte streams in files into messages, for parse --stream.
type streamReader struct {
	json bool
	p    *show.Printer
	enc  *encoder
	m    *codec.Message
	s    codec.Stream
}

// runStream is Run for byte streams.
func (c *parseCmd) runStream(e *env, global *cli) error {
	r := &streamReader{json: c.JSON, p: printer(e, global, c.Wide), enc: newEncoder(e), m: codec.Acquire()}
	defer codec.Release(r.m)
	names := c.Files
	if len(names) == 0 {
		names = []string{stdinName}
	}
	bad := false
	for _, name := range names {
		end := &record.StreamEnd{File: record.Text(name)}
		r.s = codec.Stream{Parser: codec.Parser{Strictness: strictness(c.Strict)}}
		var outErr error
		err := e.open(name, func(in io.Reader) (err error) {
			err, outErr = r.read(name, in, end)
			return err
		})
		if outErr != nil {
			return outErr
		}
		end.Finish(&r.s, err)
		r.s.Close()
		bad = bad || err != nil || end.Malformed > 0
		if err := r.end(name, end); err != nil {
			return err
		}
	}
	if bad {
		return errBad
	}
	return nil
}

// read hands out every message of one stream. The first error is that of the
// stream, nil when it ends where it may; the second that of the output.
func (r *streamReader) read(name string, in io.Reader, end *record.StreamEnd) (err, outErr error) {
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
			return nil, nil
		case event == codec.NeedMore:
			return err, nil
		}
		end.Messages++
		if err != nil {
			end.Malformed++
		}
		if r.json {
			outErr = r.enc.Encode(record.InStream{Record: record.Of(name, r.m, err), StreamOffset: start})
		} else {
			r.p.Tree(fmt.Sprintf("%s, message %d at byte %d", name, end.Messages, start), r.m, err)
			r.p.Gap()
		}
		if outErr != nil {
			return nil, outErr
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
