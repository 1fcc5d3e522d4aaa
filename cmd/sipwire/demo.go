package main

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/show"
	"github.com/sipwire/sipwire/codec"
)

// The messages of the demo, written for it: long, compact and folded forms,
// lists, IPv6, tel, digest, an unknown header.
//
//go:embed messages/*.sip
var embedded embed.FS

// demoTree is the message the demo shows.
const demoTree = "invite.sip"

type demoCmd struct {
	For   time.Duration `default:"1s" help:"How long to measure each of three tasks."`
	Calls time.Duration `default:"5s" help:"How long the program then calls itself; 0 for not at all."`
}

// Help is what kong prints below the usage of this command.
func (*demoCmd) Help() string {
	return `Everything comes from inside the program: a few messages written for it, one of which is shown as a tree.
At the end the program calls itself over loopback. The figures are measured here and now, on one goroutine, over those few messages again and again; a processor soon
knows them by heart, so real traffic is slower. The bench folder of the project measures without that favour.`
}

// A sample is one embedded message.
type sample struct {
	name string
	data []byte
}

func samples() ([]sample, error) {
	entries, err := fs.ReadDir(embedded, "messages")
	if err != nil {
		return nil, err
	}
	var all []sample
	for _, entry := range entries {
		b, err := embedded.ReadFile(path.Join("messages", entry.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, sample{entry.Name(), b})
	}
	return all, nil
}

// Run shows one message and measures all of them.
func (c *demoCmd) Run(e *env, global *cli) error {
	if c.For <= 0 || c.For > time.Minute {
		return errors.New("--for must be above 0 and at most a minute")
	}
	if c.Calls < 0 || c.Calls > time.Minute {
		return errors.New("--calls must be at least 0 and at most a minute")
	}
	all, err := samples()
	if err != nil {
		return err
	}
	m := codec.Acquire()
	defer codec.Release(m)
	p := show.New(e.stdout, global.wantColor(e), e.width)
	for _, s := range all {
		if s.name != demoTree {
			continue
		}
		err := m.Parse(s.data)
		p.Tree(s.name, m, err)
		out, err := new(forwarder).forward(m)
		if err != nil {
			return err
		}
		p.Gap()
		p.Lines("as a proxy sends it on: these lines differ, all other bytes are as received", changes(s.data, out), true)
	}
	p.Gap()
	p.Title(fmt.Sprintf("%d messages from inside this program, again and again on one goroutine", len(all)))
	for i, task := range tasks {
		got, err := measure(m, all, c.For, task.read)
		if err != nil {
			return err
		}
		p.Table(fmt.Sprintf("%s, for %v", task.name, got.took.Round(10*time.Millisecond)), got.rows(), i == len(tasks)-1)
	}
	if c.Calls > 0 {
		p.Gap()
		p.Title(fmt.Sprintf("sipwire serve and sipwire load in this process: %d calls a second over loopback, for %v", demoRate, c.Calls))
		res, err := callItself(e, c.Calls)
		if err != nil {
			return err
		}
		p.Table("INVITE, 180, 200, ACK, BYE, 200", printDemoCalls(res), true)
	}
	p.Gap()
	p.Hint("now one of yours: sipwire parse FILE")
	return nil
}

// tasks are what is measured of a message that has been parsed.
var tasks = []struct {
	name string
	read func(*codec.Message)
}{
	{"parse: find every header field and the body", func(*codec.Message) {}},
	{"parse, and read what a proxy needs", readForProxy},
	{"parse, and write it as a proxy sends it on", writeForProxy},
}

// ownForwarder keeps its buffer from one message to the next.
var ownForwarder forwarder

func writeForProxy(m *codec.Message) {
	out, _ := ownForwarder.forward(m)
	sink(out)
}

// readForProxy reads what a proxy looks at in every message: where it goes,
// where it came from, what transaction and dialog it belongs to.
func readForProxy(m *codec.Message) {
	via, _ := m.TopVia()
	sink(via.Host())
	sink(via.Branch())
	if m.IsRequest() {
		target, _ := m.RequestURI()
		sink(target.User())
		sink(target.Host())
		hops, _ := m.MaxForwards()
		sunk += int(hops)
	}
	from, _ := m.From()
	sink(from.Tag())
	to, _ := m.To()
	sink(to.Tag())
	cseq, _ := m.CSeq()
	sink(cseq.MethodBytes())
	id, _ := m.CallID()
	sink(id)
}

// sunk keeps the compiler from leaving out what is measured.
var sunk int

func sink(b []byte) { sunk += len(b) }

// figures are what was measured.
type figures struct {
	messages, bytes, mallocs uint64
	took                     time.Duration
}

// rows returns the figures for [show.Printer.Table].
func (f *figures) rows() [][2]string {
	return [][2]string{
		{"messages/s", thousands(uint64(float64(f.messages) / f.took.Seconds()))},
		{"bytes/s", thousands(uint64(float64(f.bytes) / f.took.Seconds()))},
		{"ns/message", fmt.Sprintf("%.0f", float64(f.took.Nanoseconds())/float64(f.messages))},
		{"allocations/message", fmt.Sprintf("%.3f", float64(f.mallocs)/float64(f.messages))},
	}
}

// measure parses and reads all messages in turn for at least d. What it
// counts as allocations is what the whole process allocated, the clock
// included.
func measure(m *codec.Message, all []sample, d time.Duration, read func(*codec.Message)) (figures, error) {
	const rounds = 64 // between looks at the clock
	var f figures
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for f.took < d {
		for range rounds {
			for i := range all {
				if err := m.Parse(all[i].data); err != nil {
					return f, fmt.Errorf("%s: %w", all[i].name, err)
				}
				read(m)
				f.bytes += uint64(len(all[i].data))
			}
		}
		f.messages += rounds * uint64(len(all))
		f.took = time.Since(start)
	}
	runtime.ReadMemStats(&after)
	f.mallocs = after.Mallocs - before.Mallocs
	return f, nil
}

// thousands writes n with its digits in groups of three.
func thousands(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}
