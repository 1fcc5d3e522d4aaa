package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/uri"
)

// serveScenario is the scenario of serve without -sf, to be filled in.
//
//go:embed serve.xml
var serveScenario string

type serveCmd struct {
	runFlags

	Delay    time.Duration `help:"Time between an INVITE and its final response."`
	Ring     bool          `default:"true" negatable:"" help:"Send 180."`
	Reliable bool          `help:"Send a reliable 183, and wait for its PRACK."`
	Hangup   time.Duration `help:"Send BYE this long after the ACK; 0 waits for the BYE of the other side."`
	Errors   []string      `sep:"," placeholder:"PERCENT:STATUS" help:"Refuse this share of requests that begin a call, for example 5:503."`
	Digest   string        `placeholder:"USER:PASSWORD" help:"Ask REGISTER for credentials, and check them."`
	Linger   time.Duration `default:"4s" help:"How long a call that has ended answers repeated requests."`
	Dump     bool          `help:"Print the scenario that this makes, and leave."`

	Target string `arg:"" optional:"" help:"HOST or HOST:PORT of [remote_ip] and [remote_port], for a scenario that has them."`
}

// Help is what kong prints below the usage of this command.
func (*serveCmd) Help() string {
	return `Answers INVITE, ACK, BYE, CANCEL, OPTIONS, REGISTER, MESSAGE, SUBSCRIBE, REFER, INFO, UPDATE, PUBLISH and NOTIFY, or what the
scenario of -sf or -sn says. It listens on 127.0.0.1:5060 unless -i and -p say otherwise. REGISTER keeps
where users can be reached, in memory, and lists it; any domain will do.

    sipwire serve -p 5081 --delay 50ms --errors 2:486,1:503
    sipwire serve -sf uas.xml -t t1`
}

// The bounds of what REGISTER keeps: contacts of a user, and in all.
const (
	maxContacts = 100
	maxBindings = 2_000_000
)

// A refusal is one of --errors.
type refusal struct {
	Chance float64 // of those that the ones before it have left over
	Status int
	Label  string
}

// refusals reads --errors.
func (c *serveCmd) refusals() ([]refusal, error) {
	var out []refusal
	left := 1.0
	for i, s := range c.Errors {
		share, status, ok := strings.Cut(s, ":")
		p, err1 := strconv.ParseFloat(share, 64)
		code, err2 := strconv.Atoi(status)
		if !ok || err1 != nil || err2 != nil || p < 0 || code < 300 || code > 699 || p/100 > left+1e-9 {
			return nil, usage("--errors %s: a percentage and a status from 300 to 699 are needed, of at most 100 %% together", s)
		}
		r := refusal{Status: code, Label: "refuse" + strconv.Itoa(i)}
		if left > 0 {
			r.Chance = min(p/100/left, 1)
		}
		left -= p / 100
		out = append(out, r)
	}
	return out, nil
}

// scenario makes the scenario of the flags.
func (c *serveCmd) scenario() ([]byte, error) {
	refusals, err := c.refusals()
	if err != nil {
		return nil, err
	}
	user, password, _ := strings.Cut(c.Digest, ":")
	t := template.Must(template.New("serve").Funcs(template.FuncMap{"ms": func(d time.Duration) int64 { return d.Milliseconds() }}).Parse(serveScenario))
	var b bytes.Buffer
	err = t.Execute(&b, map[string]any{
		"Delay": c.Delay, "Ring": c.Ring, "Reliable": c.Reliable, "Hangup": c.Hangup, "Refusals": refusals,
		"Digest": c.Digest != "", "User": user, "Password": password, "Linger": c.Linger,
	})
	return b.Bytes(), err
}

// Run answers until it is stopped, or -m calls have been served.
func (c *serveCmd) Run(e *env) error {
	if c.SD != "" {
		return c.runFlags.dump(e)
	}
	files, err := c.files()
	if err != nil {
		return err
	}
	data, err := c.scenario()
	if err != nil {
		return err
	}
	if c.Dump {
		_, err := e.stdout.Write(data)
		return err
	}
	if c.I == "" {
		c.I = "127.0.0.1"
	}
	c.listen()
	p, err := c.program("serve.xml", data, files)
	if err != nil {
		return err
	}
	if !p.Server {
		return usage("the scenario begins with a <send>: it is one for load")
	}
	if err := c.begin(e); err != nil {
		return err
	}
	r, err := c.runner(p, files, c.Target)
	if err != nil {
		return err
	}
	r.Engine.Registrar = registrar.New(registrar.Config{
		Own: func(*uri.URI) bool { return true }, ListOnly: true, MinExpires: time.Second, MaxContacts: maxContacts, MaxBindings: maxBindings,
	})
	fmt.Fprintf(e.stderr, "sipwire: answering on %s, %s\n", r.Local, map[byte]string{'u': "UDP", 't': "TCP", 'l': "TLS"}[c.T[0]])
	res, err := c.execute(e, r)
	switch {
	case err != nil:
		return err
	case r.Halted():
		return statusError(exitHalted)
	case c.SF+c.SN != "" && res.Failed > 0, c.TimeoutError && res.TimedOut:
		return statusError(exitBad)
	}
	return nil
}
