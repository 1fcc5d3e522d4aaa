package config

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/compose"
)

// The values of a file check themselves when they are read: what is wrong with
// one is reported with its line and column.

// An Address is one to listen on, as it is written: udp:127.0.0.1:5060.
type Address struct{ text string }

// UnmarshalText implements encoding.TextUnmarshaler.
func (a *Address) UnmarshalText(b []byte) error {
	a.text = string(b)
	_, err := ParseListen(a.text, "")
	return err
}

// A Key is 32 hexadecimal digits.
type Key struct {
	compose.Key
	IsSet bool
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (k *Key) UnmarshalText(b []byte) (err error) {
	k.Key, err = ParseKey(string(b))
	k.IsSet = true
	return err
}

// ParseKey reads a key.
func ParseKey(s string) (k compose.Key, err error) {
	if b, err := hex.DecodeString(s); err != nil || copy(k[:], b) != len(k) || len(b) != len(k) {
		return k, fmt.Errorf("the key is not %d hexadecimal digits", 2*len(k))
	}
	return k, nil
}

// A Prefix is an address or a prefix: 10.0.0.0/8.
type Prefix struct{ netip.Prefix }

// UnmarshalText implements encoding.TextUnmarshaler.
func (p *Prefix) UnmarshalText(b []byte) (err error) {
	s := string(b)
	if addr, bad := netip.ParseAddr(s); bad == nil {
		p.Prefix, err = addr.Prefix(addr.BitLen())
	} else {
		p.Prefix, err = netip.ParsePrefix(s)
	}
	if err != nil {
		return fmt.Errorf("%q is neither an address nor a prefix", s)
	}
	return nil
}

// A Duration is as in Go: 2s, 500ms.
type Duration struct{ time.Duration }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(b []byte) (err error) {
	if d.Duration, err = time.ParseDuration(string(b)); err != nil || d.Duration <= 0 {
		return fmt.Errorf("%q is not a time above 0, such as 500ms or 2s", b)
	}
	return nil
}

// A Number is a count above 0. The decoder finds the place of an error in a
// string by itself, and of one in a number only where the error has it.
type Number struct{ N int }

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *Number) UnmarshalText(b []byte) (err error) {
	if n.N, err = strconv.Atoi(string(b)); err != nil || n.N <= 0 {
		return unstable.NewParserError(b, "%s is not a whole number above 0", b)
	}
	return nil
}

// A Weight is a number above 0.
type Weight struct{ w float64 }

// UnmarshalText implements encoding.TextUnmarshaler.
func (w *Weight) UnmarshalText(b []byte) (err error) {
	if w.w, err = strconv.ParseFloat(string(b), 64); err != nil || !(w.w > 0 && w.w < 1e9) {
		return unstable.NewParserError(b, "%s is not a weight: a number above 0", b)
	}
	return nil
}

// A Choice is what the target is chosen by.
type Choice struct{ hops.By }

// UnmarshalText implements encoding.TextUnmarshaler.
func (c *Choice) UnmarshalText(b []byte) error {
	switch string(b) {
	case "call-id":
		c.By = hops.CallID
	case "user":
		c.By = hops.User
	case "from":
		c.By = hops.From
	default:
		return fmt.Errorf("by is %q, not call-id, user or from", b)
	}
	return nil
}

// A Removal is the name of a header to remove, and a Line one to set or to add:
// "Name: value".
type (
	Removal struct{ text string }
	Line    struct{ text string }
)

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Removal) UnmarshalText(b []byte) error {
	r.text = string(b)
	return new(forward.Headers).Set([]forward.HeaderRule{{Requests: true, Remove: []string{r.text}}})
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *Line) UnmarshalText(b []byte) error {
	l.text = string(b)
	return new(forward.Headers).Set([]forward.HeaderRule{{Requests: true, Set: []string{l.text}}})
}

// A Direction says which messages a header rule changes.
type Direction struct{ requests, responses bool }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Direction) UnmarshalText(b []byte) error {
	switch string(b) {
	case "requests":
		d.requests = true
	case "responses":
		d.responses = true
	default:
		return errors.New("in is neither requests nor responses")
	}
	return nil
}
