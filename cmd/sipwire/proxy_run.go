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
	nextHops
}

// start opens everything. The error is one line.
func (c *proxyCmd) start(ctx context.Context, e *env) (_ *runningProxy, err error) {
	p := &runningProxy{c: c, e: e, table: new(hops.Table), headers: new(forward.Headers)}
	p.found = make(chan found, 1)
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	var unwatched error
	if c.Config != "" {
		unwatched = p.watch() // before it is read: no change after that is missed
	}
	if p.file, err = c.load(); err != nil {
		return nil, err
	}
	if unwatched != nil {
		return nil, fmt.Errorf("%s: cannot be watched: %w", c.Config, unwatched)
	}
	sc, err := c.serveConfig(p.file)
	if err != nil {
		return nil, err
	}
	r := config.NewResolver(p.file.DNS.Servers, sc.Forward.Locals)
	p.dns = r
	rules, err := p.file.Rules(ctx, r)
	if err != nil {
		return nil, err
	}
	if err := p.use(p.file, rules); err != nil {
		return nil, err
	}
	sc.Names, sc.Forward.Router, sc.Forward.Headers = names.New(r), p.table, p.headers
	sc.Log = func(event *serve.Event) { e.complain("%s", logLine(event)) }
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
	ctx, cancel := context.WithCancel(ctx) // a look-up ends with run
	defer cancel()
	var changes chan fsnotify.Event
	var lost chan error
	if p.watcher != nil {
		changes, lost = p.watcher.Events, p.watcher.Errors
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
		case err := <-lost:
			// More changes than the system could tell of, most likely: the file may
			// be one of them.
			p.e.complain("%s: a change may have been missed: %v", p.c.Config, err)
			settled.Reset(settleTime)
		case <-settled.C:
			p.reload(ctx)
		case <-again.C:
			p.refresh(ctx)
		case f := <-p.found:
			p.take(ctx, f)
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
