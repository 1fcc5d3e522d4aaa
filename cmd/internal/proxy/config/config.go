// Package config reads the file of sipwire proxy, which is in TOML.
package config

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/BurntSushi/toml"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
)

// A File is what the file says. What it does not say is zero.
type File struct {
	Listen      []string `toml:"listen"`
	Name        string   `toml:"name"`
	Key         string   `toml:"key"`
	RecordRoute *bool    `toml:"record-route"`
	Hardened    bool     `toml:"hardened"`
	Workers     int      `toml:"workers"`
	Status      string   `toml:"status"`
	TLS         struct {
		Certificate string `toml:"certificate"`
		Key         string `toml:"key"`
		CA          string `toml:"ca"`
	} `toml:"tls"`
	Route []Route `toml:"route"`

	Rules []hops.Rule `toml:"-"` // made of Route
}

// A Route is a rule for next hops.
type Route struct {
	Domain  string   `toml:"domain"`
	User    string   `toml:"user"`
	Method  string   `toml:"method"`
	Source  string   `toml:"source"`
	By      string   `toml:"by"`
	Targets []Target `toml:"targets"`
}

// A Target is a next hop of a Route.
type Target struct {
	To     string  `toml:"to"`
	Weight float64 `toml:"weight"`
}

// Load reads a file. The error is one line that says where: the name, the line
// and the column of a file that is no TOML or has a value of the wrong type,
// the key of one that means nothing.
func Load(ctx context.Context, name string) (*File, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f := new(File)
	meta, err := toml.Decode(string(b), f)
	var parse toml.ParseError
	switch {
	case errors.As(err, &parse):
		return nil, fmt.Errorf("%s:%d:%d: %s", name, parse.Position.Line, column(b, parse.Position.Start), oneLine(parse.Message))
	case err != nil:
		return nil, fmt.Errorf("%s: %s", name, oneLine(err.Error()))
	}
	if unknown := meta.Undecoded(); len(unknown) > 0 {
		return nil, fmt.Errorf("%s: the key %q is not known", name, unknown[0].String())
	}
	for i := range f.Route {
		rule, err := f.Route[i].rule(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: route %d: %w", name, i+1, err)
		}
		f.Rules = append(f.Rules, rule)
	}
	for _, l := range f.Listen {
		if _, err := ParseListen(l, f.Name); err != nil {
			return nil, fmt.Errorf("%s: listen: %w", name, err)
		}
	}
	return f, nil
}

// column returns the column of an offset, counted from 1.
func column(b []byte, offset int) int {
	offset = min(max(offset, 0), len(b))
	return offset - strings.LastIndexByte(string(b[:offset]), '\n')
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// rule checks a Route.
func (r *Route) rule(ctx context.Context) (hops.Rule, error) {
	out := hops.Rule{Domain: r.Domain, User: r.User, Method: r.Method}
	switch r.By {
	case "", "call-id":
	case "user":
		out.By = hops.User
	case "from":
		out.By = hops.From
	default:
		return out, fmt.Errorf("by is %q, not call-id, user or from", r.By)
	}
	if r.Source != "" {
		p, err := netip.ParsePrefix(r.Source)
		if addr, bad := netip.ParseAddr(r.Source); bad == nil {
			p, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return out, fmt.Errorf("source %q is neither an address nor a prefix", r.Source)
		}
		out.Source = p
	}
	if len(r.Targets) == 0 {
		return out, errors.New("no targets")
	}
	for _, t := range r.Targets {
		hop, err := ParseTarget(ctx, t.To)
		if err != nil {
			return out, err
		}
		if t.Weight < 0 {
			return out, fmt.Errorf("the weight of %q is negative", t.To)
		}
		if t.Weight == 0 {
			t.Weight = 1
		}
		out.Targets = append(out.Targets, hops.NewTarget(hop, t.To, t.Weight))
	}
	return out, nil
}

// Locals returns the addresses to listen on.
func Locals(listen []string, name string) (all []forward.Local, err error) {
	for _, s := range listen {
		l, err := ParseListen(s, name)
		if err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, nil
}
