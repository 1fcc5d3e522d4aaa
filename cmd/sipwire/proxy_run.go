package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/sipwire/sipwire/cmd/internal/proxy/config"
	"github.com/sipwire/sipwire/cmd/internal/proxy/forward"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/cmd/internal/proxy/names"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/cmd/internal/proxy/status"
)

// A runningProxy is what sipwire proxy runs.
type runningProxy struct {
	c       *proxyCmd
	e       *env
	file    *config.File
	table   *hops.Table
	headers *forward.Headers
	dns     config.Resolver
	server  *serve.Server
	page    net.Listener
	watcher *fsnotify.Watcher
}

// start opens everything. The error is one line.
func (c *proxyCmd) start(ctx context.Context, e *env) (_ *runningProxy, err error) {
	p := &runningProxy{c: c, e: e, table: new(hops.Table), headers: new(forward.Headers)}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	if p.file, err = c.load(); err != nil {
		return nil, err
	}
	sc, err := c.serveConfig(p.file)
	if err != nil {
		return nil, err
	}
	r := config.NewResolver(p.file.DNS.Servers, sc.Forward.Locals)
	p.dns = r
	if err := p.use(ctx, p.file); err != nil {
		return nil, err
	}
	sc.Names, sc.Forward.Router, sc.Forward.Headers = names.New(r), p.table, p.headers
	sc.Log = func(event *serve.Event) { e.complain("%s", logLine(event)) }
	if c.Config != "" {
		if err := p.watch(); err != nil {
			return nil, fmt.Errorf("%s: cannot be watched: %w", c.Config, err)
		}
	}
	// The page's address first: it fails without a message being lost.
	if c.Status != "" {
		if p.page, err = net.Listen("tcp", c.Status); err != nil {
			return nil, fmt.Errorf("--status: %w", err)
		}
	}
	if p.server, err = serve.Start(ctx, sc); err != nil {
		return nil, err
	}
	for _, l := range p.server.Locals() {
		e.complain("listening on %s:%v", strings.ToLower(l.Transport.String()), l.Addr)
	}
	if p.page != nil {
		e.complain("status at http://%v/", p.page.Addr())
		go status.Serve(p.page, p.server, p.table)
	}
	go p.table.Watch(ctx, health(p.file, &sc))
	return p, nil
}

// close closes what does not forward.
func (p *runningProxy) close() {
	if p.page != nil {
		_ = p.page.Close()
	}
	if p.watcher != nil {
		_ = p.watcher.Close()
	}
}

const (
	// settleTime is how long a file must not change before it is read: it is
	// often written in pieces.
	settleTime = 100 * time.Millisecond
	// namesTime is how often the names of next hops are asked for again. How
	// long DNS itself is not asked is what its records say.
	namesTime = 10 * time.Second
)

// run forwards until a signal other than SIGHUP comes.
func (p *runningProxy) run(ctx context.Context, signals <-chan os.Signal) error {
	var changes chan fsnotify.Event
	if p.watcher != nil {
		changes = p.watcher.Events
	}
	settled := time.NewTimer(time.Hour)
	settled.Stop()
	again := time.NewTicker(namesTime)
	defer again.Stop()
	for {
		select {
		case sig := <-signals:
			if sig == syscall.SIGHUP {
				p.reload(ctx)
				continue
			}
			return p.end()
		case event := <-changes:
			// The folder is watched: editors put a new file in place of the old.
			if filepath.Base(event.Name) == filepath.Base(p.c.Config) && !event.Has(fsnotify.Chmod) {
				settled.Reset(settleTime)
			}
		case <-settled.C:
			p.reload(ctx)
		case <-again.C:
			if p.file.HasNames() {
				if rules, err := p.file.Rules(ctx, p.dns); err == nil {
					p.table.Set(rules) // where DNS fails, the old addresses stay
				}
			}
		}
	}
}

// watch begins to look for changes of the file.
func (p *runningProxy) watch() (err error) {
	if p.watcher, err = fsnotify.NewWatcher(); err != nil {
		return err
	}
	return p.watcher.Add(filepath.Dir(p.c.Config))
}

// use puts the next hops and header rules of a file in force.
func (p *runningProxy) use(ctx context.Context, file *config.File) error {
	rules, err := file.Rules(ctx, p.dns)
	if err != nil {
		return err
	}
	if err := p.headers.Set(file.HeaderRules()); err != nil {
		return err
	}
	p.table.Set(rules)
	p.file = file
	return nil
}

// reload reads the file again. One that is wrong changes nothing.
func (p *runningProxy) reload(ctx context.Context) {
	file, err := p.c.load()
	if err == nil {
		err = p.use(ctx, file)
	}
	if err != nil {
		p.e.complain("the old next hops and header rules stay: %v", err)
		return
	}
	p.e.complain("read again: %d rules for next hops, %d for headers", len(file.Route), len(file.Header))
}

// end drains the proxy and prints the sums.
func (p *runningProxy) end() error {
	p.server.Shutdown(p.c.Drain)
	n := p.server.Counts()
	p.e.complain("received %d = forwarded %d + answered %d + absorbed %d + dropped %d", n.Received,
		n.Kinds[forward.Forwarded], n.Kinds[forward.Answered], n.Kinds[forward.Absorbed], n.Kinds[forward.Dropped])
	return nil
}

// logLine is what --log-every prints of a message.
func logLine(e *serve.Event) string {
	return fmt.Sprintf("%s %s:%v %q %q %s", e.Time.UTC().Format(time.RFC3339Nano), strings.ToLower(e.Transport.String()), e.Source, e.Line, e.CallID, status.Outcome(e))
}
