package codec

import (
	"strings"
	"testing"

	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/uri"
)

// TestEditAllocs makes changes to every message at hand; nothing may allocate with
// room in dst, errors included.
func TestEditAllocs(t *testing.T) {
	var e Edit
	dst := make([]byte, 0, 1<<18)
	segments := make([][]byte, 0, 64)
	tag, branch, route, target := []byte("t"), []byte("z9hG4bKx"), []byte("sip:p.example;lr"), []byte("sip:x@y")
	credentials := []byte(`Digest realm="a", nonce="b"`)
	self := func(u *uri.URI) bool { return string(u.Host()) == "p.example" }
	long := strings.Repeat("a long value ", 10)
	m := new(Message)
	inputs := typedInputs(t)
	inputs = append(inputs, []byte(editMsg), []byte(strings.Replace(reliableMsg, "Require", "Contact: <sip:a>\r\nRequire", 1)))
	for _, in := range inputs {
		_ = m.Parse(in)
		for name, run := range map[string]func(){
			"proxy": func() {
				_ = e.Begin(m)
				_ = e.SetReceived(source)
				_ = e.PushVia(bobVia)
				_ = e.PushRecordRoute(route)
				_ = e.DecrementMaxForwards()
				if h, err := m.NextHop(self); err == nil {
					_ = e.ApplyHop(&h)
				}
				_ = e.SetRequestURI(target)
				_, _ = e.AppendTo(dst)
				_, _ = e.AppendSegments(segments)
			},
			"response": func() {
				_ = e.Begin(m)
				_ = e.PopVia()
				_ = e.SetStatusLine(480, nil)
				_, _ = e.AppendTo(dst)
			},
			"client": func() {
				_ = e.Begin(m)
				_ = e.Retry(branch, header.IDAuthorization, credentials)
				_, _ = e.AppendTo(dst)
			},
			"fields": func() {
				_ = e.Begin(m)
				_ = e.Set(header.IDSubject, tag)
				_ = e.Add(Top(), header.IDSupported, tag)
				_ = e.AddField(Bottom(), tag, tag)
				_ = e.SetString(header.IDServer, long)
				_ = e.AddString(Bottom(), header.IDUserAgent, long)
				_ = e.AddFieldString(Bottom(), "X-Long", long)
				_ = e.Remove(header.IDContact)
				_ = e.RemoveValue(header.IDRoute, 1)
				_ = e.SetBody(route, credentials)
				_, _ = e.AppendTo(dst)
			},
		} {
			if n := testing.AllocsPerRun(1, run); n != 0 {
				t.Errorf("%s: %v allocations for %.60q", name, n, in)
			}
		}
	}
}

// TestEditAllocsFresh edits with Edits that have room of their own only, which is
// enough for what a proxy does to one message.
func TestEditAllocsFresh(t *testing.T) {
	var m Message
	if err := m.Parse([]byte(editMsg)); err != nil {
		t.Fatal(err)
	}
	const runs = 20
	var all [runs + 1]Edit // AllocsPerRun runs once more
	segments, n := make([][]byte, 0, 64), 0
	if allocs := testing.AllocsPerRun(runs, func() {
		e := &all[n]
		n++
		_ = e.Begin(&m)
		_ = e.DecrementMaxForwards()
		_ = e.PushVia(bobVia)
		if s, err := e.AppendSegments(segments); err != nil || len(s) == 0 {
			t.Error(err)
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}
