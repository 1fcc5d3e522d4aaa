package main

import (
	"context"

	"github.com/sipwire/sipwire/cmd/internal/proxy/config"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
)

// nextHops asks DNS for the names of next hops, one time after the other.
// Nothing waits for it: a signal ends the proxy meanwhile.
type nextHops struct {
	looking bool       // DNS is being asked
	changed bool       // the file is to be read when that has ended
	found   chan found // what came of it; has room for one
}

// found is what DNS knows of the names in a file.
type found struct {
	file  *config.File
	rules []hops.Rule
	err   error
}

// reload reads the file again. One that is wrong changes nothing.
func (p *runningProxy) reload(ctx context.Context) {
	if p.looking {
		p.changed = true
		return
	}
	file, err := p.c.load()
	if err != nil {
		p.reject(err)
		return
	}
	p.look(ctx, file)
}

func (p *runningProxy) reject(err error) {
	p.e.complain("the old next hops and header rules stay: %v", err)
}

// refresh asks for the names of the file in force again.
func (p *runningProxy) refresh(ctx context.Context) {
	if !p.looking && p.file.HasNames() {
		p.look(ctx, p.file)
	}
}

// look asks DNS for the names in a file.
func (p *runningProxy) look(ctx context.Context, file *config.File) {
	p.looking = true
	go func() {
		rules, err := file.Rules(ctx, p.dns)
		p.found <- found{file, rules, err}
	}()
}

// take puts what was found in force.
func (p *runningProxy) take(ctx context.Context, f found) {
	p.looking = false
	switch {
	case f.file == p.file: // asked for again: where DNS fails, the old addresses stay
		if f.err == nil {
			p.table.Set(f.rules)
		}
	default:
		if f.err == nil {
			f.err = p.use(f.file, f.rules)
		}
		if f.err != nil {
			p.reject(f.err)
			break
		}
		p.e.complain("read again: %d rules for next hops, %d for headers", len(f.file.Route), len(f.file.Header))
	}
	if p.changed {
		p.changed = false
		p.reload(ctx)
	}
}

// use puts the next hops and header rules of a file in force.
func (p *runningProxy) use(file *config.File, rules []hops.Rule) error {
	if err := p.headers.Set(file.HeaderRules()); err != nil {
		return err
	}
	p.table.Set(rules)
	p.file = file
	return nil
}
