package peer

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/sipwire/sipwire/bench/corpus"
)

// Finding is a message that a parser rejects, misreads or miswrites.
type Finding struct {
	Index int    // in the set
	Kind  string // of the message
	Why   string
}

// Check compares what a parser makes of each message of a set with what the
// reference makes of it, and returns the messages that may count for the
// task: those on which both agree. For a task that writes, the bytes written
// are looked at as well.
//
// The reference is ours. It is not right because it is ours: the tests of
// this package hold it against a reader of the standard library first.
func Check(ref, w Worker, t Task, set []corpus.Message) (usable []corpus.Message, out []Finding) {
	for i, m := range set {
		if !t.takes(m.Bytes) {
			continue
		}
		if why := check(ref, w, t, m.Bytes); why != "" {
			out = append(out, Finding{i, m.Kind, why})
			continue
		}
		usable = append(usable, m)
	}
	return usable, out
}

// takes reports whether the task has a meaning for a message: stamps are for
// requests, and replies for those of them that have one.
func (t Task) takes(msg []byte) bool {
	response := bytes.HasPrefix(msg, []byte("SIP/"))
	switch t.plain() {
	case Stamp:
		return !response
	case Reply:
		return !response && !bytes.HasPrefix(msg, []byte("ACK "))
	}
	return true
}

func check(ref, w Worker, t Task, msg []byte) string {
	if t == Copy || t == Call {
		return ""
	}
	ours, err := ref.Fields(msg)
	if err != nil {
		return fmt.Sprintf("the reference rejects it: %v", err)
	}
	theirs, err := w.Fields(msg)
	switch {
	case errors.Is(err, ErrNotDone):
	case err != nil:
		return fmt.Sprintf("rejected: %v", err)
	default:
		if d := Diff(ours, theirs); d != "" {
			return "misread: " + d
		}
	}
	if !t.Writes() {
		return ""
	}
	b, err := Written(w, t, msg)
	if err != nil {
		return fmt.Sprintf("not written: %v", err)
	}
	if why := checkOutput(ref, t, ours, msg, b); why != "" {
		return "miswritten: " + why
	}
	return ""
}

// checkOutput looks at what was written for a message. Spelling, order and
// white space are the writer's own; what the fields mean, how many there are
// of each name and the body must be right.
func checkOutput(ref Worker, t Task, in Fields[string], msg, out []byte) string {
	was, is := outlineOf(msg), outlineOf(out)
	if is == nil {
		return "no header section"
	}
	if t.plain() == Reply {
		for _, name := range []string{"via", "from", "to", "call-id", "cseq"} {
			if was.count[name] != is.count[name] {
				return fmt.Sprintf("%d values of %s, not %d", is.count[name], name, was.count[name])
			}
		}
	} else {
		want := was.count
		want["content-length"] = is.count["content-length"]
		if t.proxies() {
			if in.Status == 0 {
				want["via"]++
				want["route"] = max(0, want["route"]-1)
			} else {
				want["via"]--
			}
		}
		for name := range want {
			if want[name] != is.count[name] {
				return fmt.Sprintf("%d values of %s, not %d", is.count[name], name, want[name])
			}
		}
		if string(was.body) != string(is.body) {
			return "another body"
		}
	}
	if t.notes() && in.Status == 0 {
		at := 0 // a reply has the Via of the request on top, a proxy its own before it
		if t.proxies() {
			at = 1
		}
		if why := sourceMissing(was.values("via")[0], is.values("via")[at], sourceOf(msg)); why != "" {
			return why
		}
	}
	if is.count["via"] == 0 {
		return "" // a response on its last hop: nothing to read the fields by
	}
	got, err := ref.Fields(out)
	if err != nil {
		return fmt.Sprintf("the reference rejects it: %v", err)
	}
	want := in
	switch t.plain() {
	case Proxy, Rewrite:
		if in.Status == 0 {
			want.ViaHost, want.ViaPort, want.Branch = proxyHost, proxyPort, proxyBranch
			want.MaxForwards--
		} else {
			want.ViaHost, want.ViaPort, want.Branch = got.ViaHost, got.ViaPort, got.Branch
			if got.Branch == in.Branch {
				return "the topmost Via is still there"
			}
		}
	case Reply:
		want.User, want.Host, want.Port, want.MaxForwards = "", "", 0, 0
		want.Status = 200
		if want.ToTag == "" {
			want.ToTag = replyTag
		}
	case Stamp:
		var id identifiers
		id.next()
		want.Branch, want.FromTag, want.CallID, want.CSeq = string(id.branch[:]), string(id.tag[:]), string(id.call[:]), id.cseq
	}
	return Diff(want, got)
}
