package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/config"
	"github.com/sipwire/sipwire/compose"
)

type proxyCmd struct {
	Listen      []string      `short:"l" placeholder:"ADDR" help:"Listen on [udp:|tcp:|tls:]IP:PORT; again for more."`
	Config      string        `short:"c" placeholder:"FILE" help:"Read this file. Flags win over it. Its next hops and header rules are read again when it changes, and at SIGHUP."`
	Name        string        `placeholder:"HOST" help:"What Via and Record-Route name the proxy; the IP when left out."`
	RecordRoute bool          `default:"true" negatable:"" help:"Stay in the dialogs that begin here (${default})."`
	Outbound    bool          `help:"Be the edge proxy of clients that register with a reg-id (RFC 5626): they are called back over their own connection."`
	Hardened    bool          `help:"Refuse what one receiver may read otherwise than another."`
	BranchKey   string        `placeholder:"HEX" help:"32 hexadecimal digits, the same for all proxies that stand for one another. Random when left out."`
	Share       bool          `help:"Let other processes listen at the same addresses; the system shares out what comes (Linux)."`
	Workers     int           `help:"Goroutines for each UDP address; one for each processor when left out."`
	Cert        string        `placeholder:"FILE" help:"The certificate for TLS, in PEM."`
	CertKey     string        `placeholder:"FILE" help:"Its private key, in PEM."`
	CA          string        `name:"ca" placeholder:"FILE" help:"Whom to trust over TLS, in PEM; the system's when left out."`
	Status      string        `placeholder:"IP:PORT" help:"Serve a page with what goes on, and /metrics, over HTTP."`
	LogEvery    int           `placeholder:"N" help:"Log one in N messages to standard error."`
	Drain       time.Duration `default:"1s" help:"How long to go on after SIGTERM."`
	proxyState

	NextHop string `arg:"" optional:"" help:"Where all goes that no Route decides: [udp:|tcp:|tls:]HOST:PORT."`
}

// Help is what kong prints below the usage of this command.
func (*proxyCmd) Help() string {
	return `A stateless proxy (RFC 3261, 16.11) keeps nothing of a message that it has sent on, so any number of them can
stand side by side. With --stateful it keeps transactions. Example: sipwire proxy -l udp:127.0.0.1:5070 -l tcp:127.0.0.1:5070 127.0.0.1:5081
docs/proxy.md has the file.`
}

// Validate is called by kong: what it finds is wrong with the command line.
func (c *proxyCmd) Validate() error {
	if _, err := config.Locals(c.Listen, c.Name); err != nil {
		return err
	}
	if c.Config == "" && (len(c.Listen) == 0 || c.NextHop == "" && !c.Registrar) {
		return errors.New("--listen and a next hop are needed, or --config")
	}
	if _, err := branchKey(c.BranchKey); err != nil {
		return err
	}
	if (c.Cert == "") != (c.CertKey == "") {
		return errors.New("--cert and --cert-key go together")
	}
	if err := c.proxyState.check(c.Config != ""); err != nil {
		return err
	}
	if c.Drain < 0 || c.Workers < 0 || c.LogEvery < 0 {
		return errors.New("--drain, --workers and --log-every must not be negative")
	}
	if c.NextHop != "" {
		if _, err := config.ParseHop(c.NextHop); err != nil {
			return err
		}
	}
	return nil
}

// branchKey reads the key; an empty one is a random one.
func branchKey(s string) (compose.Key, error) {
	if s == "" {
		return compose.NewKey(), nil
	}
	return config.ParseKey(s)
}

// Run forwards until SIGTERM or SIGINT.
func (c *proxyCmd) Run(e *env, _ *cli) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := e.signals
	if signals == nil {
		signals = make(chan os.Signal, 1)
		signal.Notify(signals, syscall.SIGHUP, syscall.SIGTERM, os.Interrupt)
		defer signal.Stop(signals)
	}
	p, ended, again, err := c.startUnless(ctx, cancel, e, signals)
	if p == nil {
		return err
	}
	defer p.close()
	if ended {
		return p.end()
	}
	if again {
		p.reload(ctx)
	}
	return p.run(ctx, signals)
}

// startUnless is start, which a signal to end the proxy stops: it may wait for
// DNS. Nothing is running then, or all is and is to be ended. The file is to be
// read again when SIGHUP came: that it had been read already is likely.
func (c *proxyCmd) startUnless(ctx context.Context, cancel func(), e *env, signals <-chan os.Signal) (p *runningProxy, ended, again bool, err error) {
	started := make(chan struct{})
	go func() {
		defer close(started)
		p, err = c.start(ctx, e)
	}()
	for {
		select {
		case <-started:
			if ended {
				err = nil // it is what the signal has asked for
			}
			return p, ended, again, err
		case sig := <-signals:
			if sig == syscall.SIGHUP {
				again = true
				continue
			}
			ended = true
			cancel()
		}
	}
}
