package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"os"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/admission"
	"github.com/sipwire/sipwire/cmd/internal/proxy/config"
	"github.com/sipwire/sipwire/cmd/internal/proxy/hops"
	"github.com/sipwire/sipwire/cmd/internal/proxy/serve"
	"github.com/sipwire/sipwire/codec"
)

// load reads the file, if there is one. The next hop of the command line comes
// behind those of the file.
func (c *proxyCmd) load() (*config.File, error) {
	file := new(config.File)
	if c.Config != "" {
		var err error
		if file, err = config.Load(c.Config); err != nil {
			return nil, err
		}
	}
	if c.NextHop != "" {
		hop, err := config.ParseHop(c.NextHop)
		if err != nil {
			return nil, err
		}
		file.Route = append(file.Route, config.Route{Targets: []config.Target{{To: hop}}})
	}
	if len(file.Route) == 0 && !file.Outside && !c.Registrar && !file.Registrar.On {
		return nil, fmt.Errorf("%s: no route, and no next hop on the command line", c.Config)
	}
	return file, nil
}

// or returns the flag, or what the file says when the flag is not given.
func or[T comparable](flag, file T) T {
	var none T
	if flag != none {
		return flag
	}
	return file
}

// serveConfig puts flags and file together, all but the next hops.
func (c *proxyCmd) serveConfig(file *config.File) (sc serve.Config, err error) {
	listen := c.Listen
	if len(listen) == 0 {
		listen = file.Addresses()
	}
	if len(listen) == 0 {
		return sc, fmt.Errorf("%s: nothing to listen on, and no --listen", c.Config)
	}
	c.Name, c.Status = or(c.Name, file.Name), or(c.Status, file.Status)
	if sc.Forward.Locals, err = config.Locals(listen, c.Name); err != nil {
		return sc, err
	}
	if sc.Forward.Key, err = branchKey(c.BranchKey); err != nil {
		return sc, err
	}
	if c.BranchKey == "" && file.Key.IsSet {
		sc.Forward.Key = file.Key.Key
	}
	if err := c.merge(file); err != nil {
		return sc, fmt.Errorf("%s: %w", c.Config, err)
	}
	if sc.Stateful, err = c.proxyState.config(sc.Forward.Key); err != nil {
		return sc, err
	}
	sc.Forward.NoRecordRoute = !c.RecordRoute || file.RecordRoute != nil && !*file.RecordRoute
	sc.Forward.Outbound = c.Outbound || file.Outbound
	if c.Hardened || file.Hardened {
		sc.Forward.Parser.Strictness = codec.Hardened
	}
	sc.Forward.MaxDatagram, sc.Forward.Outside = file.MaxDatagram.N, file.Outside
	sc.Workers, sc.Share, sc.LogEvery = or(c.Workers, file.Workers.N), c.Share || file.Share, or(c.LogEvery, file.LogEvery.N)
	sc.Admission = admission.Config{Off: file.Overload.Off, Delay: file.Overload.Delay.Duration, RetryAfter: file.Overload.RetryAfter.Duration}
	if rate := file.Limit.PerSource.N; rate > 0 {
		var exempt []netip.Prefix
		for _, p := range file.Limit.Exempt {
			exempt = append(exempt, p.Prefix)
		}
		sc.Admission.Sources = admission.NewSources(rate, or(file.Limit.Burst.N, rate), exempt, time.Now())
	}
	return sc, c.secure(&sc, file)
}

// secure adds certificates.
func (c *proxyCmd) secure(sc *serve.Config, file *config.File) error {
	cert, key := or(c.Cert, file.TLS.Certificate), or(c.CertKey, file.TLS.Key)
	if cert != "" || key != "" {
		pair, err := tls.LoadX509KeyPair(cert, key)
		if err != nil {
			return fmt.Errorf("certificate %s, key %s: %w", cert, key, err)
		}
		if err := fits(pair.Leaf, c.Name, time.Now()); err != nil {
			return fmt.Errorf("certificate %s: %w", cert, err)
		}
		sc.Server = &tls.Config{Certificates: []tls.Certificate{pair}}
	}
	sc.Client = &tls.Config{}
	if ca := or(c.CA, file.TLS.CA); ca != "" {
		b, err := os.ReadFile(ca)
		if err != nil {
			return err
		}
		sc.Client.RootCAs = x509.NewCertPool()
		if !sc.Client.RootCAs.AppendCertsFromPEM(b) {
			return fmt.Errorf("%s: no certificate in it", ca)
		}
	}
	return nil
}

// fits reports what keeps clients from accepting a certificate: its time, or
// that it is for other names than the one that the proxy gives itself.
func fits(cert *x509.Certificate, name string, now time.Time) error {
	switch {
	case now.After(cert.NotAfter):
		return fmt.Errorf("expired at %s", cert.NotAfter.UTC().Format(time.RFC3339))
	case now.Before(cert.NotBefore):
		return fmt.Errorf("not valid before %s", cert.NotBefore.UTC().Format(time.RFC3339))
	case name != "":
		return cert.VerifyHostname(name)
	}
	return nil
}

// health is what the file says about asking next hops.
func health(file *config.File, sc *serve.Config) hops.Health {
	return hops.Health{
		Interval: or(file.Health.Interval.Duration, 5*time.Second), Timeout: or(file.Health.Timeout.Duration, 2*time.Second),
		Fails: or(file.Health.Fails.N, 2), Passes: or(file.Health.Passes.N, 1), TLS: sc.Client,
	}
}
