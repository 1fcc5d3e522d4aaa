package main

import (
	"errors"
	"fmt"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compact"
)

type rewriteCmd struct {
	Form  string `enum:"keep,long,compact" default:"keep" help:"Header names: keep, long or compact."`
	Lists string `enum:"keep,join,split" default:"keep" help:"Lists such as Via or Route: keep, join into one field, or split into one field for each value."`
	Fit   *int   `placeholder:"BYTES" help:"Then shrink each message until it has no more bytes than this; RFC 3261 lets 1300 go over UDP."`

	Files []string `arg:"" optional:"" type:"filenames" name:"file" help:"Messages, one a file; standard input when there are none, or for -."`
}

// Help is what kong prints below the usage of this command.
func (*rewriteCmd) Help() string {
	return `Messages go to standard output, raw, one behind the other, and say the same as before: no header and no value is left
out, and bodies are not touched. --fit takes one step after the other until a message fits: it cuts line ends before
and bytes behind the message, writes compact names, leaves out spaces around colons and at line ends, undoes folds, and
joins lists; what it did goes to standard error. So does why a message was not written: it does not parse, or cannot
be made to fit. Then the exit status is 1.`
}

// Validate is called by kong when the flags are read.
func (c *rewriteCmd) Validate() error {
	if c.Fit != nil && *c.Fit < 1 {
		return errors.New("--fit: a message has at least one byte")
	}
	return nil
}

// options turns the flags into those of the package.
func (c *rewriteCmd) options() (o compact.Options) {
	o.Form = map[string]compact.Form{"keep": compact.Keep, "long": compact.Long, "compact": compact.Compact}[c.Form]
	o.Lists = map[string]compact.Lists{"keep": compact.KeepLists, "join": compact.Join, "split": compact.Split}[c.Lists]
	return o
}

// rewriteParser reads what was rewritten, which may have longer fields and
// more of them than a message that comes in.
var rewriteParser = codec.Parser{MaxMessage: 1 << 30, MaxHeaders: 1 << 16, MaxField: 1 << 30, MaxStartLine: 1 << 30}

// Run rewrites every message; a bad one does not keep the others from it.
func (c *rewriteCmd) Run(e *env) error {
	m := codec.Acquire()
	defer codec.Release(m)
	var out, fitted []byte
	o, bad := c.options(), false
	for in := range e.inputs(c.Files, codec.DefaultMaxMessage) {
		err := in.err
		if err == nil {
			err = m.Parse(in.data)
		}
		if err == nil {
			out, err = compact.Append(out[:0], m, o)
		}
		result := out
		if err == nil && c.Fit != nil {
			fitted, err = c.fit(e, in.name, m, fitted[:0], out)
			result = fitted
		}
		if err != nil {
			e.complain("%s: %v", in.name, err)
			bad = true
			continue
		}
		if _, err := e.stdout.Write(result); err != nil {
			return err
		}
	}
	if bad {
		return errBad
	}
	return nil
}

// fit appends the message in b to dst, shrunk, and says what was done.
func (c *rewriteCmd) fit(e *env, name string, m *codec.Message, dst, b []byte) ([]byte, error) {
	if err := rewriteParser.Parse(m, b); err != nil {
		return dst, err
	}
	dst, r, err := compact.Fit(dst, m, *c.Fit)
	switch {
	case err == sipwire.ErrNoRoom:
		return dst, fmt.Errorf("%d bytes cannot be made to fit %d: %d are left (%v)", r.Before, *c.Fit, r.After, r.Steps)
	case err != nil:
		return dst, err
	case r.Steps == 0:
		e.complain("%s: %d bytes fit %d", name, r.Before, *c.Fit)
	default:
		e.complain("%s: %d bytes made %d to fit %d: %v", name, r.Before, r.After, *c.Fit, r.Steps)
	}
	return dst, nil
}
