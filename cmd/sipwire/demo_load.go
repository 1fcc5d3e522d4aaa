package main

import (
	"context"
	"fmt"
	"net/netip"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// demoRate is the calls a second of the demo: what the smallest machine does.
const demoRate = 100

// callItself has this process call itself over loopback for a time, with the
// line of every second, and returns what came of it.
func callItself(e *env, d time.Duration) (*load.Result, error) {
	data, err := new(serveCmd).scenario()
	if err != nil {
		return nil, err
	}
	loopback := netip.MustParseAddr("127.0.0.1")
	server, err := demoRunner("serve.xml", data, netip.AddrPort{})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if err := server.Prepare(ctx, engine.NewShared()); err != nil {
		return nil, err
	}
	served := make(chan error, 1)
	go func() {
		_, err := server.Run()
		served <- err
	}()
	defer func() {
		server.StopNow(true)
		<-served
	}()

	data, _ = scenario.Builtin("uac")
	client, err := demoRunner("uac", data, netip.AddrPortFrom(loopback, server.Port()))
	if err != nil {
		return nil, err
	}
	client.Calls, client.Timeout = uint64(max(demoRate*d.Seconds(), 1)), d+10*time.Second
	client.Rate = &load.Rate{Base: demoRate}
	client.Engine.Pause = scenario.Fixed(20)
	client.Each = func(s *load.Sample) { tell(e.stdout, s); e.flush() }
	if err := client.Prepare(ctx, engine.NewShared()); err != nil {
		return nil, err
	}
	return client.Run()
}

// demoRunner makes one side of the demo: a port that the system chooses.
func demoRunner(name string, data []byte, target netip.AddrPort) (*load.Runner, error) {
	p, err := scenario.Compile(name, data, scenario.Options{})
	if err != nil {
		return nil, err
	}
	local := netip.MustParseAddr("127.0.0.1")
	r := &load.Runner{Engine: engine.Defaults(p), Server: p.Server, Transport: "u1", Local: netip.AddrPortFrom(local, 0)}
	w := &r.Engine.Words
	w.Service, w.LocalIP, w.MediaIP, w.MediaPort = "service", local.String(), local.String(), 6000
	w.RemoteHost, w.RemoteIP, w.RemotePort = local.String(), local.String(), int(target.Port())
	r.Engine.Target = target
	return r, nil
}

// printDemoCalls sums the calls of the demo up.
func printDemoCalls(res *load.Result) [][2]string {
	return [][2]string{
		{"calls", fmt.Sprintf("%d, %d successful", res.Calls, res.Successful)},
		{"calls/s", fmt.Sprintf("%.0f asked for, %.0f reached", res.RateAsked, res.RateReached)},
		{"until the answer", fmt.Sprintf("50 %% within %.2f ms, 99 %% within %.2f ms", res.Latency.P50, res.Latency.P99)},
	}
}
