// Package peer holds the parsers that the benchmarks compare, one file each,
// behind one small interface.
//
// Each is set to the fastest options that its documentation names, and is
// asked what a proxy would ask. A batch of messages is one call, so that a
// parser written in C runs its loop in C. The package also checks, message by
// message, that the parsers agree; where one rejects or misreads a message,
// that message is left out of its figures (see Check).
//
// To add a parser, write one file that appends an Impl to the registry in its
// init function. Parsers that need cgo have the build tag cpeers.
package peer

import (
	"errors"
	"net/netip"
	"slices"
)

// Task is one thing that is timed.
type Task string

// The tasks, in the order of reports.
const (
	Call    Task = "call"    // call an empty C function: what cgo adds to each call
	Copy    Task = "copy"    // copy the message into a buffer: the floor
	Index   Task = "index"   // find start line, header fields and body
	Read    Task = "read"    // parse, then read what a proxy needs: see Fields
	Typed   Task = "typed"   // parse, then every header field that has a type
	Encode  Task = "encode"  // write a message that is held in parsed form
	Rewrite Task = "rewrite" // parse, edit as a proxy does, write
	Proxy   Task = "proxy"   // the same, and read what a proxy needs
	Reply   Task = "reply"   // parse a request, write its 200 response
	Stamp   Task = "stamp"   // write a prepared request with new identifiers
	Stream  Task = "stream"  // find messages in a byte stream, 1460 bytes a read

	// The same with the source of the request noted in its topmost Via, as
	// RFC 3261, 18.2.1 and RFC 3581 make every server do.
	RewriteReceived Task = "rewrite-received"
	ProxyReceived   Task = "proxy-received"
	ReplyReceived   Task = "reply-received"

	// Encode and Stamp with one message for all, as a program has it that
	// holds few. The tasks themselves have as many as the set, by turns: what
	// each holds is then fetched from a farther cache.
	EncodeOne Task = "encode-one"
	StampOne  Task = "stamp-one"
)

// Tasks lists all tasks in the order of reports.
func Tasks() []Task {
	return []Task{
		Call, Copy, Index, Read, Typed, Encode, EncodeOne, Rewrite, RewriteReceived, Proxy, ProxyReceived, Reply, ReplyReceived,
		Stamp, StampOne, Stream,
	}
}

// About says in a line what a task does.
func (t Task) About() string {
	switch t {
	case Call:
		return "call an empty C function, what cgo adds to a call"
	case Copy:
		return "copy the message into a buffer, the floor"
	case Index:
		return "find start line, header fields and body"
	case Read:
		return "parse and read what a proxy needs"
	case Typed:
		return "parse every header field that has a type"
	case Encode:
		return "write a message held in parsed form"
	case Rewrite:
		return "parse, edit as a proxy does, write"
	case Proxy:
		return "parse, read, edit as a proxy does, write"
	case Reply:
		return "parse a request and write its 200 response"
	case Stamp:
		return "write a prepared request with new identifiers"
	case Stream:
		return "take messages out of a byte stream"
	case EncodeOne:
		return "encode, one message for all"
	case StampOne:
		return "stamp, one request for all"
	case RewriteReceived:
		return "rewrite, with received and rport"
	case ProxyReceived:
		return "proxy, with received and rport"
	case ReplyReceived:
		return "reply, with received and rport"
	}
	return "unknown task"
}

// Writes reports whether the task yields bytes that Check can look at.
func (t Task) Writes() bool {
	return slices.Contains([]Task{Encode, Rewrite, Proxy, Reply, Stamp}, t.plain())
}

// plain is the task without received and rport.
func (t Task) plain() Task {
	switch t {
	case RewriteReceived:
		return Rewrite
	case ProxyReceived:
		return Proxy
	case ReplyReceived:
		return Reply
	}
	return t
}

// Base is the task that a parser prepares for this one: for EncodeOne and
// StampOne that of many messages, whose picks are then all the same.
func (t Task) Base() (base Task, one bool) {
	switch t {
	case EncodeOne:
		return Encode, true
	case StampOne:
		return Stamp, true
	}
	return t, false
}

// notes reports whether the task notes the source of a request in its Via.
func (t Task) notes() bool { return t != t.plain() }

// proxies reports whether the task makes the edits of a proxy.
func (t Task) proxies() bool { return t.plain() == Proxy || t.plain() == Rewrite }

// ErrNotDone is what Prepare returns for a task that a parser has no means
// for.
var ErrNotDone = errors.New("peer: this parser does not do this task")

// Impl is a parser in one configuration.
type Impl struct {
	// Name is used in benchmark names and tables: short, no spaces.
	Name string
	// Version is the version of module or package, as far as it can be told.
	Version string
	// About is a line on the configuration.
	About string
	// C says that the parser allocates outside of Go's heap, so that bytes
	// and allocations a message are unknown.
	C bool
	// Tier is the tier of kernels that the parser forces while it runs, or
	// empty. Such a parser cannot be timed beside others at once.
	Tier string
	// New makes a worker. Workers share nothing: each belongs to one
	// goroutine.
	New func() Worker
}

// Worker is a parser with the state of one goroutine.
type Worker interface {
	// Fields reads from msg what a proxy needs, outside of any timing.
	Fields(msg []byte) (Fields[string], error)

	// Prepare readies a task over a set of messages: whatever the parser
	// would do once is done here. It returns ErrNotDone for a task that the
	// parser does not have. The set is not copied and must not be written to.
	Prepare(t Task, set [][]byte) (Batch, error)

	// Output is what the task writes for one message that comes from src, in
	// a buffer that the next call may reuse.
	Output(t Task, msg []byte, src netip.AddrPort) ([]byte, error)
}

// Batch does its task for the messages with the indexes in picks, one after
// another, and returns a checksum of what it read: for the same task, set and
// picks, parsers that agree return the same sum of Fields.Sum for Read, and
// the sum of the bytes written for the tasks that write.
type Batch func(picks []int32) uint64

// outputs is the Batch of a task that does for each message what Output does.
func outputs(w Worker, t Task, set [][]byte) Batch {
	sources := sourcesOf(set)
	return func(picks []int32) (sum uint64) {
		for _, i := range picks {
			out, _ := w.Output(t, set[i], sources[i])
			sum += uint64(len(out))
		}
		return sum
	}
}

// Written is what the task writes for one message, from the source that the
// batches of the task take it to come from.
func Written(w Worker, t Task, msg []byte) ([]byte, error) { return w.Output(t, msg, sourceOf(msg)) }

var registry []Impl

// register is called by init functions. Order is a matter of rank alone, so
// that reports do not hang on the order of files.
func register(rank int, i Impl) {
	registry = append(registry, i)
	ranks[i.Name] = rank
}

var ranks = map[string]int{}

// All lists the parsers, ours first.
func All() []Impl {
	out := slices.Clone(registry)
	slices.SortStableFunc(out, func(a, b Impl) int { return ranks[a.Name] - ranks[b.Name] })
	return out
}

// Find returns the parser of that name.
func Find(name string) (Impl, bool) {
	i := slices.IndexFunc(registry, func(i Impl) bool { return i.Name == name })
	if i < 0 {
		return Impl{}, false
	}
	return registry[i], true
}
