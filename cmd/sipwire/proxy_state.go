package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/config"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/cmd/internal/proxy/state"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/transaction"
)

// proxyState are the flags of a proxy that keeps transactions.
type proxyState struct {
	Stateful        bool           `help:"Keep transactions: send again, fork, try the next target, choose the best response (RFC 3261, 16.2)."`
	Recurse         bool           `help:"With --stateful, try the contacts of a 3xx instead of passing it on."`
	Tries           *int           `placeholder:"N" help:"With --stateful, how many targets of a rule are tried; 3 when left out."`
	TimerC          *time.Duration `placeholder:"TIME" help:"With --stateful, how long an INVITE may ring; 185s when left out."`
	MaxTransactions *int           `placeholder:"N" help:"With --stateful, refuse with 503 what is more; 1000000 when left out."`
	MaxMemory       *int           `placeholder:"MB" help:"With --stateful, what messages may be kept in; 2048 when left out."`
	MaxSource       *int           `placeholder:"N" help:"With --stateful, the most transactions of one source; no bound when left out."`
	Registrar       bool           `help:"Keep where users can be reached, in memory; includes --stateful."`
	Domain          []string       `placeholder:"HOST" help:"A domain of the registrar, besides the proxy's own addresses; again for more."`
	Users           string         `placeholder:"FILE" help:"Who may register, as htdigest writes it: user:realm:HA1. Everybody when left out."`
}

// check looks at what flags say. What needs --stateful or --registrar may have
// those from the file: see merge.
func (c *proxyState) check(hasFile bool) error {
	switch {
	case !c.Registrar && (len(c.Domain) > 0 || c.Users != "") && !hasFile:
		return errors.New("--domain and --users are for --registrar")
	case c.Recurse && !c.Stateful && !c.Registrar && !hasFile:
		return errors.New("--recurse is for --stateful")
	case c.TimerC != nil && *c.TimerC <= 0:
		return errors.New("--timer-c must be above 0")
	}
	for _, n := range []*int{c.Tries, c.MaxTransactions, c.MaxMemory} {
		if n != nil && *n < 1 {
			return errors.New("--tries, --max-transactions and --max-memory must be above 0")
		}
	}
	if c.MaxSource != nil && *c.MaxSource < 0 {
		return errors.New("--max-source must not be negative")
	}
	return nil
}

// given sets a flag that was not given to what the file says, and without that
// to the default.
func given[T comparable](flag **T, file, otherwise T) {
	if *flag == nil {
		v := or(file, otherwise)
		*flag = &v
	}
}

// merge puts what the file says where no flag is given.
func (c *proxyState) merge(f *config.File) error {
	s, r := &f.Stateful, &f.Registrar
	c.Stateful, c.Recurse, c.Registrar = c.Stateful || s.On, c.Recurse || s.Recurse, c.Registrar || r.On
	given(&c.Tries, s.Tries.N, 3)
	given(&c.TimerC, s.TimerC.Duration, 185*time.Second)
	given(&c.MaxTransactions, s.MaxTransactions.N, 1_000_000)
	given(&c.MaxMemory, s.MaxMemory.N, 2048)
	given(&c.MaxSource, s.MaxSource.N, 0)
	if c.Users = or(c.Users, r.Users); len(c.Domain) == 0 {
		c.Domain = r.Domains
	}
	return c.check(false)
}

// config returns what flags and file say, nil for a proxy without state.
func (c *proxyState) config(key compose.Key) (*serve.Stateful, error) {
	if !c.Stateful && !c.Registrar {
		return nil, nil
	}
	s := &serve.Stateful{Config: state.Config{Recurse: c.Recurse, Tries: *c.Tries, TimerC: *c.TimerC}}
	s.Transactions = transaction.Config{MaxTransactions: *c.MaxTransactions, MaxBytes: *c.MaxMemory << 20, MaxSource: *c.MaxSource}
	if !c.Registrar {
		return s, nil
	}
	s.Bindings = &registrar.Config{Domains: c.Domain, Key: key}
	if c.Users == "" {
		return s, nil
	}
	f, err := os.Open(c.Users)
	if err != nil {
		return nil, fmt.Errorf("--users: %w", err)
	}
	defer f.Close()
	if s.Bindings.Users, err = registrar.ReadUsers(f); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Users, err)
	}
	return s, nil
}
