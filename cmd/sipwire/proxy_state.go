package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/cmd/internal/proxy/state"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/transaction"
)

// proxyState are the flags of a proxy that keeps transactions.
type proxyState struct {
	Stateful        bool          `help:"Keep transactions: send again, fork, try the next target, choose the best response (RFC 3261, 16.2)."`
	Recurse         bool          `help:"With --stateful, try the contacts of a 3xx instead of passing it on."`
	Tries           int           `default:"3" help:"With --stateful, how many targets of a rule are tried (${default})."`
	TimerC          time.Duration `default:"185s" help:"With --stateful, how long an INVITE may ring (${default})."`
	MaxTransactions int           `default:"1000000" placeholder:"N" help:"With --stateful, refuse with 503 what is more (${default})."`
	MaxMemory       int           `default:"2048" placeholder:"MB" help:"With --stateful, what messages may be kept in (${default})."`
	MaxSource       int           `default:"0" placeholder:"N" help:"With --stateful, the most transactions of one source; 0 for no bound."`
	Registrar       bool          `help:"Keep where users can be reached, in memory; includes --stateful."`
	Domain          []string      `placeholder:"HOST" help:"A domain of the registrar, besides the proxy's own addresses; again for more."`
	Users           string        `placeholder:"FILE" help:"Who may register, as htdigest writes it: user:realm:HA1. Everybody when left out."`
}

func (c *proxyState) check() error {
	switch {
	case !c.Registrar && (len(c.Domain) > 0 || c.Users != ""):
		return errors.New("--domain and --users are for --registrar")
	case c.Recurse && !c.Stateful && !c.Registrar:
		return errors.New("--recurse is for --stateful")
	case c.Tries < 1 || c.MaxTransactions < 1 || c.MaxMemory < 1 || c.MaxSource < 0 || c.TimerC <= 0:
		return errors.New("--tries, --max-transactions, --max-memory and --timer-c must be above 0")
	}
	return nil
}

// config returns what the flags say, nil for a proxy without state.
func (c *proxyState) config(key compose.Key) (*serve.Stateful, error) {
	if !c.Stateful && !c.Registrar {
		return nil, nil
	}
	s := &serve.Stateful{Config: state.Config{Recurse: c.Recurse, Tries: c.Tries, TimerC: c.TimerC}}
	s.Transactions = transaction.Config{MaxTransactions: c.MaxTransactions, MaxBytes: c.MaxMemory << 20, MaxSource: c.MaxSource}
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
