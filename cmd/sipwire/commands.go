package main

import (
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// commands are all there are, in the order of the help.
var commands = []struct {
	name, help string
	make       func() any
}{
	{"parse", "Parse messages and print each as a tree, or as JSON.", func() any { return &parseCmd{} }},
	{"check", "Say what is wrong with messages, by which rule, and where.", func() any { return &checkCmd{} }},
	{"rewrite", "Write messages with long or compact names, with lists joined or split, or small enough for a datagram.", func() any { return &rewriteCmd{} }},
	{"load", "Make calls at a rate, by a built-in scenario or one in SIPp's XML format, and measure how they fare.", func() any { return &loadCmd{} }},
	{"serve", "Answer calls and other requests, as the other side of a test.", func() any { return &serveCmd{} }},
	{"proxy", "Forward SIP over UDP, TCP and TLS, with transactions or without.", func() any { return &proxyCmd{} }},
	{"demo", "Show a message as a tree, and how fast messages are read here. Needs nothing.", func() any { return &demoCmd{} }},
}

// model returns the command that args begin with, or all where they do not
// begin with one: the model of all of them was a quarter of the processor time
// of a start (2026-11). Where none of them is in args, none can be chosen, and
// their names and what they are for are enough.
func model(args []string) (some []kong.Option) {
	name := commandOf(args)
	whole := name == "" && slices.ContainsFunc(args, isCommand)
	for _, c := range commands {
		switch {
		case name == c.name || whole:
			some = append(some, kong.DynamicCommand(c.name, c.help, "", c.make()))
		case name == "":
			some = append(some, kong.DynamicCommand(c.name, c.help, "", &unchosen{}))
		}
	}
	return some
}

// unchosen is in the place of a command that args cannot choose.
type unchosen struct{}

// Run is what makes it a command for kong.
func (*unchosen) Run() error { return nil }

// isCommand reports whether a command has that name.
func isCommand(name string) bool {
	for _, c := range commands {
		if c.name == name {
			return true
		}
	}
	return false
}

// makesCalls reports whether a command is one of those that the garbage collector
// is held for as long as they take little memory, see load.HoldCollector.
func makesCalls(name string) bool { return name == "load" || name == "serve" || name == "demo" }

// commandOf returns the command that args begin with, behind the flag that all
// commands have; it is empty when there is none.
func commandOf(args []string) string {
	for len(args) > 0 {
		switch {
		case args[0] == "--color" && len(args) > 1:
			args = args[2:]
			continue
		case strings.HasPrefix(args[0], "--color="):
			args = args[1:]
			continue
		}
		if isCommand(args[0]) {
			return args[0]
		}
		break
	}
	return ""
}
