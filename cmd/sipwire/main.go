// Sipwire parses, checks and rewrites SIP messages on the command line.
//
//	sipwire demo             a first look: a message as a tree, and how fast it was read
//	sipwire parse FILE...    messages as trees, or as JSON with --json; byte streams with --stream
//	sipwire check FILE...    what is wrong with messages, rule by rule
//	sipwire load TARGET      makes calls at a rate and measures how they fare; scenarios of SIPp as they are
//	sipwire serve            answers calls and other requests, as the other side of a test
//	sipwire rewrite FILE...  messages with long or compact names, lists joined or split, or made to fit a datagram
//	sipwire proxy HOST:PORT  a stateless proxy over UDP, TCP and TLS (docs/proxy.md)
//
// Without a FILE, or with "-" for one, a message is read from standard input.
// Results go to standard output, complaints about the tool's own work to
// standard error. The exit status is 0 when every message was fine, 1 when
// one was not or could not be read, and 2 when the command line was wrong.
// Load has 1 for goals that were not met, and 3 when it was itself too slow.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"
	"golang.org/x/term"

	_ "github.com/sipwire/sipwire/cmd/internal/firstpages"
	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/show"
)

// The exit statuses.
const (
	exitOK = iota
	exitBad
	exitUsage
	exitGenerator         // of load: this generator was too slow
	exitHalted      = 97  // the scenario has ended the run; that of SIPp
	exitBackground  = 99  // of -bg: the run goes on in another process; that of SIPp
	exitInterrupted = 130 // Ctrl-C twice
)

// statusError ends a command whose output says why, with that exit status.
type statusError int

func (s statusError) Error() string { return "exit status " + strconv.Itoa(int(s)) }

// errBad ends a command whose output already says what is wrong.
var errBad = errors.New("a message is bad")

// env is what a command sees of the world, so that tests can set it.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	stdinTerminal  bool // a person types there
	stdoutTerminal bool // a person reads there
	stderrTerminal bool // and there
	width          int  // columns of that terminal

	signals chan os.Signal // those of the system when nil

	flush func() // writes out what stdout has gathered

	// started ends that the garbage collector is held while the program starts;
	// nil where it is not. See release.
	started func()
}

// release ends that the garbage collector is held. It may be called again.
func (e *env) release() {
	if e.started != nil {
		e.started()
	}
}

// complain prints one line to standard error. A file may have any name: what
// is not printable in one moves no cursor and changes no colour.
func (e *env) complain(format string, args ...any) {
	fmt.Fprintf(e.stderr, "sipwire: %s\n", show.Printable(fmt.Appendf(nil, format, args...)))
}

// cli has the flags that are beside the commands.
type cli struct {
	Color   string           `enum:"auto,always,never" default:"auto" help:"Colour the output: auto (on a terminal, unless NO_COLOR is set), always or never."`
	Version kong.VersionFlag `help:"Print the version and exit."`
}

// wantColor decides whether output is coloured (see no-color.org).
func (c *cli) wantColor(e *env) bool {
	switch c.Color {
	case "always":
		return true
	case "never":
		return false
	}
	return e.stdoutTerminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// exit carries an exit status out of kong, which ends the program by itself
// after it has printed help.
type exit int

// run is the whole program.
func run(args []string, e *env) (status int) {
	defer func() {
		if r := recover(); r != nil {
			code, ok := r.(exit)
			if !ok {
				panic(r)
			}
			status = int(code)
		}
	}()
	var c cli
	parser, err := kong.New(&c, append(model(args),
		kong.Name("sipwire"),
		kong.Description("Parse, check, rewrite and forward SIP messages."),
		kong.Writers(e.stdout, e.stderr),
		kong.Exit(func(code int) { panic(exit(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.NamedMapper("filenames", kong.MapperFunc(decodeFileNames)),
		kong.Vars{"version": "sipwire " + version(), "scenarios": scenarios()},
	)...)
	if err != nil {
		panic(err) // the struct above is wrong; no input gets here
	}
	args, ignored, err := sippArgs(args)
	if err != nil {
		e.complain("%v", err)
		return exitUsage
	}
	if len(ignored) > 0 {
		e.complain("note: no effect here: %s", strings.Join(ignored, " "))
	}
	ctx, err := parser.Parse(args)
	if err != nil {
		e.complain("%v (see sipwire --help)", err)
		return exitUsage
	}
	if !makesCalls(commandOf(args)) {
		e.release()
	}
	out := bufio.NewWriterSize(e.stdout, 64<<10)
	inner := *e
	inner.stdout, inner.flush = out, func() { out.Flush() }
	err = ctx.Run(&inner, &c)
	if ferr := out.Flush(); err == nil {
		err = ferr
	}
	var code statusError
	var wrong usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &wrong):
		e.complain("%v", err)
		return exitUsage
	case !errors.Is(err, errBad):
		e.complain("%v", err)
	}
	return exitBad
}

func main() {
	e := env{
		started: load.HoldCollector(),
		stdin:   os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		stdinTerminal:  term.IsTerminal(int(os.Stdin.Fd())),
		stdoutTerminal: term.IsTerminal(int(os.Stdout.Fd())),
		stderrTerminal: term.IsTerminal(int(os.Stderr.Fd())),
	}
	if e.stdoutTerminal {
		if w, _, err := term.GetSize(int(os.Stdout.Fd())); err == nil {
			e.width = w
		}
	}
	os.Exit(run(os.Args[1:], &e))
}
