// Package config reads the file of sipwire proxy, which is in TOML.
package config

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
)

// A File is what the file says. What it does not say is zero.
type File struct {
	Listen      []Address `toml:"listen"`
	Name        string    `toml:"name"`
	Key         Key       `toml:"key"`
	RecordRoute *bool     `toml:"record-route"`
	Outbound    bool      `toml:"outbound"`
	Hardened    bool      `toml:"hardened"`
	Workers     Number    `toml:"workers"`
	Share       bool      `toml:"share"`
	Status      string    `toml:"status"`
	MaxDatagram Number    `toml:"max-datagram"`
	Outside     bool      `toml:"outside"`
	LogEvery    Number    `toml:"log-every"`
	TLS         struct {
		Certificate string `toml:"certificate"`
		Key         string `toml:"key"`
		CA          string `toml:"ca"`
	} `toml:"tls"`
	DNS struct {
		Servers []string `toml:"servers"`
	} `toml:"dns"`
	Health struct {
		Interval Duration `toml:"interval"`
		Timeout  Duration `toml:"timeout"`
		Fails    Number   `toml:"fails"`
		Passes   Number   `toml:"passes"`
	} `toml:"health"`
	Overload struct {
		Off        bool     `toml:"off"`
		Delay      Duration `toml:"delay"`
		RetryAfter Duration `toml:"retry-after"`
	} `toml:"overload"`
	Limit struct {
		PerSource Number   `toml:"per-source"`
		Burst     Number   `toml:"burst"`
		Exempt    []Prefix `toml:"exempt"`
	} `toml:"limit"`
	Stateful  Stateful  `toml:"stateful"`
	Registrar Registrar `toml:"registrar"`
	Header    []Header  `toml:"header"`
	Route     []Route   `toml:"route"`
}

// Stateful asks for transactions.
type Stateful struct {
	On              bool     `toml:"on"`
	Recurse         bool     `toml:"recurse"`
	Tries           Number   `toml:"tries"`
	TimerC          Duration `toml:"timer-c"`
	MaxTransactions Number   `toml:"max-transactions"`
	MaxMemory       Number   `toml:"max-memory"` // MB
	MaxSource       Number   `toml:"max-source"`
}

// Registrar asks for a registrar.
type Registrar struct {
	On      bool     `toml:"on"`
	Domains []string `toml:"domains"`
	Users   string   `toml:"users"`
}

// A Header is a rule for header fields.
type Header struct {
	In     Direction `toml:"in"`
	Remove []Removal `toml:"remove"`
	Set    []Line    `toml:"set"`
	Add    []Line    `toml:"add"`
}

// A Route is a rule for next hops.
type Route struct {
	Domain  string   `toml:"domain"`
	User    string   `toml:"user"`
	Method  string   `toml:"method"`
	Source  Prefix   `toml:"source"`
	By      Choice   `toml:"by"`
	Targets []Target `toml:"targets"`
}

// Load reads a file. The error is one line that says where: the name, the line
// and the column.
func Load(name string) (*File, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	f := new(File)
	d := toml.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(f)
	var unknown *toml.StrictMissingError
	var bad *toml.DecodeError
	switch {
	case errors.As(err, &unknown) && len(unknown.Errors) > 0:
		first := &unknown.Errors[0]
		line, column := first.Position()
		return nil, fmt.Errorf("%s:%d:%d: the key %q is not known", name, line, column, strings.Join(first.Key(), "."))
	case errors.As(err, &bad):
		line, column := bad.Position()
		return nil, fmt.Errorf("%s:%d:%d: %s", name, line, column, oneLine(strings.TrimPrefix(bad.Error(), "toml: ")))
	case err != nil:
		return nil, fmt.Errorf("%s: %s", name, oneLine(err.Error()))
	}
	for i := range f.Route {
		if len(f.Route[i].Targets) == 0 {
			line, column := find(b, "[[route]]", i)
			return nil, fmt.Errorf("%s:%d:%d: route %d has no targets", name, line, column, i+1)
		}
	}
	if err := new(forward.Headers).Set(f.HeaderRules()); err != nil {
		line, column := find(b, "[[header]]", 0)
		return nil, fmt.Errorf("%s:%d:%d: %w", name, line, column, err)
	}
	return f, nil
}

// find returns line and column of the n-th line that begins with a text.
func find(b []byte, text string, n int) (line, column int) {
	for l := range bytes.SplitSeq(b, []byte("\n")) {
		line++
		trimmed := bytes.TrimLeft(l, " \t")
		if bytes.HasPrefix(trimmed, []byte(text)) {
			if n--; n < 0 {
				return line, len(l) - len(trimmed) + 1
			}
		}
	}
	return 1, 1 // written otherwise, as an array in one line
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Addresses returns the addresses to listen on, as they are written.
func (f *File) Addresses() (all []string) {
	for _, a := range f.Listen {
		all = append(all, a.text)
	}
	return all
}

// HeaderRules returns the rules for header fields.
func (f *File) HeaderRules() (all []forward.HeaderRule) {
	for _, h := range f.Header {
		r := forward.HeaderRule{Requests: !h.In.responses, Responses: !h.In.requests}
		for _, l := range h.Remove {
			r.Remove = append(r.Remove, l.text)
		}
		for _, l := range h.Set {
			r.Set = append(r.Set, l.text)
		}
		for _, l := range h.Add {
			r.Add = append(r.Add, l.text)
		}
		all = append(all, r)
	}
	return all
}

// Rules returns the rules for next hops, with the addresses that r knows of
// their names.
func (f *File) Rules(ctx context.Context, r Resolver) (all []hops.Rule, err error) {
	for i := range f.Route {
		route := &f.Route[i]
		rule := hops.Rule{Domain: route.Domain, User: route.User, Method: route.Method, Source: route.Source.Prefix, By: route.By.By}
		for _, t := range route.Targets {
			found, err := t.Find(ctx, r)
			if err != nil {
				return nil, fmt.Errorf("route %d: %w", i+1, err)
			}
			rule.Targets = append(rule.Targets, found...)
		}
		all = append(all, rule)
	}
	return all, nil
}

// HasNames reports whether a next hop is a name, whose addresses may change.
func (f *File) HasNames() bool {
	for _, r := range f.Route {
		for _, t := range r.Targets {
			if t.IsName() {
				return true
			}
		}
	}
	return false
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
