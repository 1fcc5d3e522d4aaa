package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/config"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/cmd/internal/proxy/status"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
)

type proxyCmd struct {
	Listen      []string      `short:"l" placeholder:"ADDR" help:"Listen on [udp:|tcp:|tls:]IP:PORT; again for more."`
	Config      string        `short:"c" placeholder:"FILE" help:"Read this file. Flags win over it. SIGHUP reads its next hops again."`
	Name        string        `placeholder:"HOST" help:"What Via and Record-Route name the proxy; the IP when left out."`
	RecordRoute bool          `default:"true" negatable:"" help:"Stay in the dialogs that begin here (${default})."`
	Hardened    bool          `help:"Refuse what one receiver may read otherwise than another."`
	BranchKey   string        `placeholder:"HEX" help:"32 hexadecimal digits, the same for all proxies that stand for one another. Random when left out."`
	Workers     int           `help:"Goroutines for each UDP address; one for each processor when left out."`
	Cert        string        `placeholder:"FILE" help:"The certificate for TLS, in PEM."`
	CertKey     string        `placeholder:"FILE" help:"Its private key, in PEM."`
	CA          string        `name:"ca" placeholder:"FILE" help:"Whom to trust over TLS, in PEM; the system's when left out."`
	Status      string        `placeholder:"IP:PORT" help:"Serve a page with what goes on, and /metrics, over HTTP."`
	Drain       time.Duration `default:"1s" help:"How long to go on after SIGTERM."`
	proxyState

	NextHop string `arg:"" optional:"" help:"Where all goes that no Route decides: [udp:|tcp:|tls:]HOST:PORT."`

	file *config.File // zero without one
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
	if err := c.proxyState.check(); err != nil {
		return err
	}
	if c.Drain < 0 || c.Workers < 0 {
		return errors.New("--drain and --workers must not be negative")
	}
	return nil
}

// branchKey reads the key; an empty one is a random one.
func branchKey(s string) (k compose.Key, err error) {
	if s == "" {
		return compose.NewKey(), nil
	}
	if b, err := hex.DecodeString(s); err != nil || copy(k[:], b) != len(k) || len(b) != len(k) {
		return k, fmt.Errorf("the branch key is not %d hexadecimal digits", 2*len(k))
	}
	return k, nil
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
	rules, err := c.load(ctx)
	if err != nil {
		return err
	}
	table := new(hops.Table)
	table.Set(rules)
	sc, err := c.serveConfig(table)
	if err != nil {
		return err
	}
	// The page's address first: it fails without a message being lost.
	var page net.Listener
	if c.Status != "" {
		if page, err = net.Listen("tcp", c.Status); err != nil {
			return fmt.Errorf("--status: %w", err)
		}
		defer page.Close()
	}
	s, err := serve.Start(ctx, sc)
	if err != nil {
		return err
	}
	for _, l := range s.Locals() {
		e.complain("listening on %s:%v", strings.ToLower(l.Transport.String()), l.Addr)
	}
	if page != nil {
		e.complain("status at http://%v/", page.Addr())
		go status.Serve(page, s, table)
	}
	go table.Watch(ctx, hops.Health{Interval: 5 * time.Second, Timeout: 2 * time.Second, Fails: 2, TLS: sc.Client})
	for sig := range signals {
		if sig != syscall.SIGHUP {
			break
		}
		if rules, err := c.load(ctx); err != nil {
			e.complain("the old next hops stay: %v", err)
		} else {
			table.Set(rules)
			e.complain("next hops read again: %d rules", len(rules))
		}
	}
	s.Shutdown(c.Drain)
	n := s.Counts()
	e.complain("received %d = forwarded %d + answered %d + absorbed %d + dropped %d", n.Received,
		n.Kinds[forward.Forwarded], n.Kinds[forward.Answered], n.Kinds[forward.Absorbed], n.Kinds[forward.Dropped])
	return nil
}

// load reads the file, if there is one, and returns the rules for next hops.
// The next hop of the command line comes behind those of the file.
func (c *proxyCmd) load(ctx context.Context) ([]hops.Rule, error) {
	file := new(config.File)
	if c.Config != "" {
		var err error
		if file, err = config.Load(ctx, c.Config); err != nil {
			return nil, err
		}
	}
	c.file = file
	rules := file.Rules
	if c.NextHop != "" {
		hop, err := config.ParseTarget(ctx, c.NextHop)
		if err != nil {
			return nil, err
		}
		rules = append(rules, hops.Rule{Targets: []*hops.Target{hops.NewTarget(hop, c.NextHop, 1)}})
	}
	if len(rules) == 0 && !c.Registrar {
		return nil, fmt.Errorf("%s: no route, and no next hop on the command line", c.Config)
	}
	return rules, nil
}

// or returns the flag, or what the file says when the flag is not given.
func or(flag, file string) string {
	if flag != "" {
		return flag
	}
	return file
}

// serveConfig puts flags and file together.
func (c *proxyCmd) serveConfig(router forward.Router) (sc serve.Config, err error) {
	listen := c.Listen
	if len(listen) == 0 {
		listen = c.file.Listen
	}
	c.Name, c.Status = or(c.Name, c.file.Name), or(c.Status, c.file.Status)
	if sc.Forward.Locals, err = config.Locals(listen, c.Name); err != nil {
		return sc, err
	}
	if len(listen) == 0 {
		return sc, fmt.Errorf("%s: nothing to listen on, and no --listen", c.Config)
	}
	if sc.Forward.Key, err = branchKey(or(c.BranchKey, c.file.Key)); err != nil {
		return sc, err
	}
	if sc.Stateful, err = c.proxyState.config(sc.Forward.Key); err != nil {
		return sc, err
	}
	sc.Forward.Router = router
	sc.Forward.NoRecordRoute = !c.RecordRoute || c.file.RecordRoute != nil && !*c.file.RecordRoute
	if c.Hardened || c.file.Hardened {
		sc.Forward.Parser.Strictness = codec.Hardened
	}
	if sc.Workers = c.Workers; sc.Workers == 0 {
		sc.Workers = max(c.file.Workers, 0)
	}
	cert, key := or(c.Cert, c.file.TLS.Certificate), or(c.CertKey, c.file.TLS.Key)
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return sc, fmt.Errorf("certificate %s, key %s: %w", cert, key, err)
		}
		sc.Server = &tls.Config{Certificates: []tls.Certificate{pair}}
	}
	sc.Client = &tls.Config{}
	if ca := or(c.CA, c.file.TLS.CA); ca != "" {
		b, err := os.ReadFile(ca)
		if err != nil {
			return sc, err
		}
		sc.Client.RootCAs = x509.NewCertPool()
		if !sc.Client.RootCAs.AppendCertsFromPEM(b) {
			return sc, fmt.Errorf("%s: no certificate in it", ca)
		}
	}
	return sc, nil
}
