package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/engine"
	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// runFlags are what load and serve have in common. Names are SIPp's where it
// has the same option; they may be written with one dash.
type runFlags struct {
	SF      string `name:"sf" placeholder:"FILE" help:"Scenario file in SIPp's XML format."`
	SN      string `name:"sn" placeholder:"NAME" help:"Built-in scenario: ${scenarios}."`
	SD      string `name:"sd" placeholder:"NAME" help:"Print a built-in scenario, and leave."`
	M       uint64 `name:"m" help:"End after this many calls."`
	D       string `name:"d" default:"0" placeholder:"TIME" help:"Length of a pause without one; milliseconds, or with a unit."`
	S       string `name:"s" default:"service" help:"User part of the target, [service]."`
	I       string `name:"i" placeholder:"ADDRESS" help:"Local address."`
	P       uint16 `name:"p" help:"Local port; by default one that the system chooses, and 5060 or 5061 for a scenario that waits for calls."`
	T       string `name:"t" default:"u1" enum:"u1,un,ui,t1,tn,l1,ln" help:"Transport: u1 UDP, t1 TCP, l1 TLS with one socket; un, tn, ln with one for each call; ui UDP with one for each address in the injection file."`
	IPField int    `name:"ip_field" help:"With -t ui: the field of the first -inf file with the address that a call is sent from."`

	OOCSF string `name:"oocsf" placeholder:"FILE" help:"Scenario file for requests that belong to no call."`
	OOCSN string `name:"oocsn" placeholder:"NAME" help:"Built-in one for them: ooc_default."`

	DynamicStart int64 `name:"dynamicStart" default:"10000" help:"First value of [dynamic_id]."`
	DynamicMax   int64 `name:"dynamicMax" default:"18000" help:"Where [dynamic_id] begins anew."`
	DynamicStep  int64 `name:"dynamicStep" default:"4" help:"What is added to [dynamic_id]."`

	Inf      []string `name:"inf" sep:"none" placeholder:"FILE" help:"Injection file; again for more."`
	InfIndex []string `name:"infindex" sep:"none" placeholder:"FILE FIELD" help:"Index an injection file by a field, for lookup."`
	Key      []string `name:"key" sep:"none" placeholder:"NAME VALUE" help:"Value of a keyword [NAME]."`
	Set      []string `name:"set" sep:"none" placeholder:"NAME VALUE" help:"Value of a global variable."`

	AA               bool    `name:"aa" help:"Answer INFO, NOTIFY, OPTIONS and UPDATE that the scenario does not expect."`
	NR               bool    `name:"nr" help:"Never send anything again."`
	ND               bool    `name:"nd" help:"No default behaviours: see default_behaviors."`
	Behaviors        string  `name:"default_behaviors" default:"all" help:"all, none, bye, abortunexp, pingreply; with - in front to leave one out."`
	PauseIgnore      bool    `name:"pause_msg_ign" help:"Drop what comes during a pause."`
	Lost             float64 `name:"lost" help:"Percentage of messages to lose."`
	MaxRetrans       int     `name:"max_retrans" default:"9" help:"Repeats before a call fails, at most."`
	MaxInviteRetrans int     `name:"max_invite_retrans" default:"5" help:"The same for INVITE."`
	MaxOtherRetrans  int     `name:"max_non_invite_retrans" default:"9" help:"The same for other requests."`
	T2               string  `name:"T2" default:"4000" help:"Longest time between repeats of other requests than INVITE."`
	RecvTimeout      string  `name:"recv_timeout" help:"How long a recv waits that does not say."`
	Timeout          string  `name:"timeout" placeholder:"TIME" help:"End the run after this time; seconds, or with a unit."`
	TimerResol       string  `name:"timer_resol" placeholder:"TIME" help:"Over UDP, calls begin and follow-ups leave at whole ticks of this length, 1 to 10 ms; by default 1 to 8 ms, depending on the rate, or up to 24 ms where nothing follows on an answer."`
	TimeoutError     bool    `name:"timeout_error" help:"Fail when -timeout ends the run."`
	SlashIgnored     bool    `name:"callid_slash_ign" help:"A /// in a Call-ID divides nothing."`
	Sleep            string  `name:"sleep" placeholder:"TIME" help:"Wait before the first call; seconds, or with a unit."`
	BG               bool    `name:"bg" help:"Go on in the background: print the process number, and leave with status 99."`
	AU               string  `name:"au" help:"User name for digest; that of -s by default."`
	AP               string  `name:"ap" default:"password" help:"Password for digest."`
	AuthURI          string  `name:"auth_uri" help:"URI in credentials, with or without sip: in front; the Request-URI by default."`
	BaseCSeq         uint32  `name:"base_cseq" help:"[cseq] of the first request; 1 by default."`
	CIDStr           string  `name:"cid_str" default:"%u-%p@%s" help:"Call-ID: %u number, %p process, %s address."`
	MI               string  `name:"mi" help:"Media address of [media_ip]."`
	MP               int     `name:"mp" default:"6000" help:"Media port of [media_port]."`
	TLSCert          string  `name:"tls_cert" placeholder:"FILE" help:"Certificate; serve makes one of its own by default."`
	TLSKey           string  `name:"tls_key" placeholder:"FILE" help:"Key of the certificate."`
	TLSCA            string  `name:"tls_ca" placeholder:"FILE" help:"Certificates that are trusted; any certificate is accepted without. A server then asks for one."`

	TraceErr      bool   `name:"trace_err" help:"Write unexpected messages to a file."`
	ErrorFile     string `name:"error_file" placeholder:"FILE" help:"That file."`
	TraceLogs     bool   `name:"trace_logs" help:"Write what <log> says to a file."`
	LogFile       string `name:"log_file" placeholder:"FILE" help:"That file."`
	TraceShort    bool   `name:"trace_shortmsg" help:"Write a line for each message to a file."`
	ShortFile     string `name:"shortmessage_file" placeholder:"FILE" help:"That file."`
	TraceStat     bool   `name:"trace_stat" help:"Write the figures to a file of columns, every -fd and at the end."`
	STF           string `name:"stf" placeholder:"FILE" help:"That file."`
	StatDelimiter string `name:"stat_delimiter" default:";" help:"What is between its columns."`
	TraceCounts   bool   `name:"trace_counts" help:"Write the counts of each step to a file of columns."`
	TraceRTT      bool   `name:"trace_rtt" help:"Write each response time that the scenario measures to a file."`
	TraceCodes    bool   `name:"trace_error_codes" help:"Write the statuses of unexpected responses to a file."`
	TraceScreen   bool   `name:"trace_screen" help:"Write the figures as SIPp's screens to a file, at the end and at the key s."`
	ScreenFile    string `name:"screen_file" placeholder:"FILE" help:"That file."`
	TraceMsg      bool   `name:"trace_msg" help:"Write all messages to a file."`
	MsgFile       string `name:"message_file" placeholder:"FILE" help:"That file."`

	CP        uint16  `name:"cp" placeholder:"PORT" help:"Take the keys + - * / p q Q s, and commands behind a c, from UDP packets to this port."`
	CI        string  `name:"ci" placeholder:"ADDRESS" help:"Its address; 127.0.0.1 by default."`
	RateScale float64 `name:"rate_scale" default:"1" help:"What + adds to the rate, and a tenth of what * adds."`
	FD        string  `name:"fd" default:"60" placeholder:"TIME" help:"Time between the lines of the files of statistics; seconds, or with a unit."`

	Workers   int           `default:"1" help:"Goroutines with a socket each; 0 for one on every core."`
	Late      time.Duration `default:"10ms" help:"A message that leaves later than this after its time counts as late."`
	Seed      uint64        `help:"For repeatable random choices; 0 for a new one."`
	AllowExec bool          `name:"allow-exec" help:"Run the commands of <exec command=...> and <exec verify=...>; without it a verify passes unchecked."`
	Public    bool          `name:"allow-public" help:"Allow targets that are neither this host nor a private address."`
	JSON      string        `name:"json" placeholder:"FILE" help:"Write the result to a file, - for standard output."`
	Metrics   string        `name:"metrics" placeholder:"ADDRESS:PORT" help:"Offer the figures to Prometheus there, at /metrics, and a page that shows and changes the run; a loopback address without --allow-public."`
	HTML      string        `name:"html" placeholder:"FILE" help:"Write the result as a page with charts."`
	Plain     bool          `help:"A line every second, on a terminal too."`
	OTLP      string        `name:"otlp" placeholder:"URL" help:"Send the figures to an OpenTelemetry collector every second: http://HOST:4318, https likewise."`
	Token     string        `name:"token" env:"SIPWIRE_TOKEN" help:"What the page at --metrics asks for; a random one by default."`
	Quiet     bool          `name:"quiet" short:"q" help:"No line every second."`

	hold func(*load.Runner) error // waits for the start of a fleet; nil without one
}

// A wrong command line or scenario.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// files loads the injection files.
func (f *runFlags) files() (inject.Set, error) {
	var set inject.Set
	for _, name := range f.Inf {
		file, err := inject.Load(name)
		if err != nil {
			return nil, usageError{err}
		}
		set = append(set, file)
	}
	return f.index(set)
}

// index makes the indexes of -infindex.
func (f *runFlags) index(set inject.Set) (inject.Set, error) {
	for _, pair := range f.InfIndex {
		name, field, _ := cutLast(pair, "=")
		n, err := strconv.Atoi(field)
		i := set.Find(name)
		if err != nil || i < 0 {
			return nil, usage("-infindex %s %s: not a file of -inf and the number of a field", name, field)
		}
		if err := set[i].Index(n); err != nil {
			return nil, usageError{err}
		}
	}
	return set, nil
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// keys returns the values of -key.
func (f *runFlags) keys() (map[string]string, []string) {
	m := map[string]string{}
	var names []string
	for _, pair := range f.Key {
		name, value, _ := strings.Cut(pair, "=")
		m[name] = value
		names = append(names, name)
	}
	return m, names
}

// config makes the configuration of the engines.
func (f *runFlags) config(p *scenario.Program, files inject.Set) (engine.Config, error) {
	c := engine.Defaults(p)
	c.Files, c.NoRetrans, c.AutoAnswer, c.PauseIgnores, c.SlashIgnored = files, f.NR, f.AA, f.PauseIgnore, f.SlashIgnored
	c.AllowExec, c.AllowPublic, c.BaseCSeq, c.Late = f.AllowExec, f.Public, max(f.BaseCSeq, 1)-1, f.Late
	c.MaxRetrans, c.MaxInvite, c.MaxOther = f.MaxRetrans, f.MaxInviteRetrans, f.MaxOtherRetrans
	if f.Lost < 0 || f.Lost > 100 {
		return c, usage("-lost %g is not from 0 to 100", f.Lost)
	}
	c.Lost = f.Lost / 100
	if f.Seed != 0 {
		c.Seed = f.Seed
	}
	pause, err := scenario.ParseTime(f.D, time.Millisecond)
	if err != nil {
		return c, usage("-d: %v", err)
	}
	c.Pause = scenario.Fixed(pause.Seconds() * 1e3)
	if c.T2, err = scenario.ParseTime(f.T2, time.Millisecond); err != nil {
		return c, usage("-T2: %v", err)
	}
	if f.RecvTimeout != "" {
		if c.RecvTimeout, err = scenario.ParseTime(f.RecvTimeout, time.Millisecond); err != nil {
			return c, usage("-recv_timeout: %v", err)
		}
	}
	behaviors := f.Behaviors
	if f.ND {
		behaviors = "none"
	}
	if err := setBehaviors(&c, behaviors); err != nil {
		return c, err
	}
	if f.T == "ui" {
		if err := f.addresses(files); err != nil {
			return c, err
		}
		c.IPField = f.IPField
	}
	keys, _ := f.keys()
	c.Words = engine.Words{
		Service: f.S, MediaPort: f.MP, PID: os.Getpid(), Version: version(), AuthUser: f.AU, AuthPassword: f.AP,
		AuthURI: authURI(f.AuthURI), CallID: f.CIDStr, Keys: keys, FileDir: filepath.Dir(f.SF), ManyIPs: f.T == "ui",
	}
	if f.AU == "" {
		c.Words.AuthUser = f.S
	}
	return c, nil
}

// authURI is the URI of -auth_uri, which SIPp takes without its scheme.
func authURI(s string) string {
	if s == "" || strings.HasPrefix(s, "sip:") || strings.HasPrefix(s, "sips:") || strings.HasPrefix(s, "tel:") {
		return s
	}
	return "sip:" + s
}

// addresses checks the field of -t ui.
func (f *runFlags) addresses(files inject.Set) error {
	if len(files) == 0 {
		return usage("-t ui takes the addresses from an injection file: -inf is needed")
	}
	if _, err := load.Addresses(files[0], f.IPField); err != nil {
		return usage("-t ui, -ip_field %d: %v", f.IPField, err)
	}
	return nil
}

// setBehaviors reads -default_behaviors: those that are named, one after the
// other.
func setBehaviors(c *engine.Config, list string) error {
	c.EndCalls, c.AbortUnexpected, c.AnswerPing = false, false, false
	for _, word := range strings.Split(list, ",") {
		name, off := strings.CutPrefix(strings.TrimSpace(word), "-")
		switch name {
		case "all":
			c.EndCalls, c.AbortUnexpected, c.AnswerPing = !off, !off, !off
		case "none":
			c.EndCalls, c.AbortUnexpected, c.AnswerPing = off, off, off
		case "bye":
			c.EndCalls = !off
		case "abortunexp":
			c.AbortUnexpected = !off
		case "pingreply":
			c.AnswerPing = !off
		default:
			return usage("-default_behaviors: %q is not known", word)
		}
	}
	return nil
}

// runner makes a run of the flags. remote is empty for a server.
func (f *runFlags) runner(p *scenario.Program, files inject.Set, remote string) (*load.Runner, error) {
	cfg, err := f.config(p, files)
	if err != nil {
		return nil, err
	}
	r := &load.Runner{Server: p.Server, Transport: f.T, Calls: f.M, Workers: f.Workers}
	if f.Workers == 0 {
		r.Workers = load.Processors()
	}
	if f.Timeout != "" {
		if r.Timeout, err = scenario.ParseTime(f.Timeout, time.Second); err != nil {
			return nil, usage("-timeout: %v", err)
		}
	}
	if f.TimerResol != "" {
		if r.Tick, err = scenario.ParseTime(f.TimerResol, time.Millisecond); err != nil {
			return nil, usage("-timer_resol: %v", err)
		}
		if r.Tick < time.Millisecond || r.Tick > 10*time.Millisecond {
			return nil, usage("-timer_resol: %s is not 1 to 10 ms", f.TimerResol)
		}
	}
	w := &cfg.Words
	if remote != "" {
		host, target, err := resolve(remote, f.T)
		if err != nil {
			return nil, err
		}
		if !engine.Allowed(target.Addr(), f.Public) {
			return nil, usage("%s is neither this host nor a private address: --allow-public is needed", target.Addr())
		}
		cfg.Target = target
		w.RemoteHost, w.RemoteIP, w.RemotePort = host, target.Addr().String(), int(target.Port())
	} else if !p.Server {
		return nil, usage("a target is needed: HOST or HOST:PORT")
	}
	local, err := f.local(cfg.Target)
	if err != nil {
		return nil, err
	}
	w.LocalIP, w.MediaIP = local.String(), local.String()
	if f.MI != "" {
		w.MediaIP = f.MI
	}
	r.Local = netip.AddrPortFrom(local, f.P)
	if r.TLS, err = f.tls(p.Server, w.RemoteHost); err != nil {
		return nil, err
	}
	r.Engine = cfg
	return r, nil
}

// listen sets the port of a server, where others expect it.
func (f *runFlags) listen() {
	switch {
	case f.P != 0:
	case f.T[0] == 'l':
		f.P = 5061
	default:
		f.P = 5060
	}
}

// local returns the local address: of -i, or the one that leads to the target,
// or loopback for a server.
func (f *runFlags) local(target netip.AddrPort) (netip.Addr, error) {
	if f.I != "" {
		a, err := netip.ParseAddr(strings.Trim(f.I, "[]"))
		if err == nil {
			return a, nil
		}
		if a, err = lookUp(f.I, target.Addr()); err != nil {
			return a, usage("-i %s is no address, and cannot be resolved: %v", f.I, err)
		}
		return a, nil
	}
	if !target.IsValid() {
		return netip.MustParseAddr("127.0.0.1"), nil
	}
	c, err := net.Dial("udp", target.String()) // sends nothing
	if err != nil {
		return netip.Addr{}, usageError{err}
	}
	defer c.Close()
	return c.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}

// resolve finds the address of HOST or HOST:PORT.
func resolve(remote, transport string) (host string, target netip.AddrPort, err error) {
	host, port := remote, "5060"
	if transport[0] == 'l' {
		port = "5061"
	}
	if h, p, err := net.SplitHostPort(remote); err == nil {
		host, port = h, p
	}
	host = strings.Trim(host, "[]")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil || n == 0 {
		return "", target, usage("%s: %q is no port", remote, port)
	}
	if a, err := netip.ParseAddr(host); err == nil {
		return host, netip.AddrPortFrom(a.Unmap(), uint16(n)), nil
	}
	a, err := lookUp(host, netip.Addr{})
	if err != nil {
		return "", target, usage("%s cannot be resolved: %v", host, err)
	}
	return host, netip.AddrPortFrom(a, uint16(n)), nil
}

// lookUp returns an address of a name, of the family of another one if there is
// such a one.
func lookUp(host string, like netip.Addr) (netip.Addr, error) {
	ips, err := net.LookupIP(host)
	if err != nil {
		return netip.Addr{}, err
	}
	var first netip.Addr
	for _, ip := range ips {
		a, _ := netip.AddrFromSlice(ip)
		if a = a.Unmap(); !like.IsValid() || a.Is4() == like.Is4() {
			return a, nil
		} else if !first.IsValid() {
			first = a
		}
	}
	return first, nil
}
