package main

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"reflect"

	"github.com/alecthomas/kong"
)

// decodeFileNames takes file names from the command line as they are. Kong's
// own strings pass through JSON, which changes bytes that are not UTF-8.
func decodeFileNames(ctx *kong.DecodeContext, target reflect.Value) error {
	for _, t := range ctx.Scan.PopWhile(func(t kong.Token) bool { return t.IsValue() }) {
		target.Set(reflect.Append(target, reflect.ValueOf(t.Value)))
	}
	return nil
}

// stdinName means standard input on the command line and in the output.
const stdinName = "-"

// input is one message to be: the name it was asked for by, and its bytes or
// why there are none.
type input struct {
	name string
	data []byte
	err  error
}

// inputs reads the named files one after the other, standard input when there
// are none. A file that cannot be read comes with its error in its place.
// No more than limit+1 bytes of each are read: one too many shows the parser
// that the message is over its limit.
func (e *env) inputs(names []string, limit int) iter.Seq[input] {
	if len(names) == 0 {
		names = []string{stdinName}
	}
	return func(yield func(input) bool) {
		for _, name := range names {
			in := input{name: name}
			in.err = e.open(name, func(r io.Reader) (err error) {
				in.data, err = io.ReadAll(io.LimitReader(r, int64(limit)+1))
				return err
			})
			if !yield(in) {
				return
			}
		}
	}
}

// open calls f with the bytes of a file or of standard input.
func (e *env) open(name string, f func(io.Reader) error) error {
	if name == stdinName {
		if e.stdinTerminal {
			e.complain("reading a message from the terminal; end it with control-D")
		}
		return f(e.stdin)
	}
	file, err := os.Open(name)
	if err != nil {
		return plain(err)
	}
	defer file.Close()
	if st, err := file.Stat(); err == nil && st.IsDir() {
		return errors.New("is a directory; give the files in it")
	}
	return plain(f(file))
}

// plain takes operation and path off an error about a file: the output has
// the name already.
func plain(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}
