package engine

import (
	"strconv"
	"strings"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/stamp"
)

// BenchmarkRender makes the INVITE of uac for call after call: impl=engine as
// the engine does, impl=stamp with a template of stamp.
func BenchmarkRender(b *testing.B) {
	cfg := Defaults(compile(b, "uac"))
	cfg.Words, cfg.Target = words(5061), anywhere
	e := New(cfg, NewShared())
	_, c := e.calls.take()
	e.prepare(c)
	var out []byte
	b.Run("impl=engine", func(b *testing.B) {
		for b.Loop() {
			c.number++
			c.callID = e.appendCallID(c.callID[:0], c.number)
			out, _ = e.render(out[:0], c, e.ops[0], 0, "INVITE")
		}
		b.SetBytes(int64(len(out)))
	})
	b.Run("impl=stamp", func(b *testing.B) {
		text := string(out)
		for keyword, value := range map[string]string{
			"{{branch}}": "z9hG4bK-7-" + strconv.FormatUint(c.number, 10) + "-0", "{{call-id}}": string(c.callID),
		} {
			text = strings.Replace(text, value, keyword, 1)
		}
		text = strings.Replace(text, "tag=7c"+strconv.FormatUint(c.number, 10), "tag={{tag}}", 1)
		t, err := stamp.Compile([]byte(text))
		if err != nil {
			b.Fatal(err)
		}
		branch, ok := t.Var("branch")
		id, ok2 := t.Var("call-id")
		tag, ok3 := t.Var("tag")
		if !ok || !ok2 || !ok3 {
			b.Fatalf("no variables in\n%s", text)
		}
		var s stamp.Stamp
		s.Begin(t)
		var value []byte
		for b.Loop() {
			c.number++
			c.callID = e.appendCallID(c.callID[:0], c.number)
			s.Set(id, c.callID)
			value = e.appendBranch(value[:0], c, 0)
			s.Set(branch, value)
			value = strconv.AppendUint(append(value[:0], "7c"...), c.number, 10)
			s.Set(tag, value)
			if out, err = s.AppendTo(out[:0]); err != nil {
				b.Fatal(err)
			}
		}
		b.SetBytes(int64(len(out)))
	})
}

// BenchmarkCall has a client and a server exchange the messages of a call, 20
// calls at a time.
func BenchmarkCall(b *testing.B) {
	cc, sc := Defaults(compile(b, "uac")), Defaults(compile(b, "uas"))
	cc.Words, sc.Words, cc.Target = words(5061), words(5060), anywhere
	client, server := New(cc, NewShared()), New(sc, NewShared())
	var m codec.Message
	now := int64(0)
	b.ReportAllocs()
	const together = 20
	for n := 0; n < b.N; n += together {
		for range together {
			client.Start(now, now, 0)
		}
		for client.Open() > 0 {
			now += millisecond
			for _, e := range [][2]*Engine{{client, server}, {server, client}} {
				for i := range e[0].Out() {
					if err := m.Parse(e[0].Data(&e[0].Out()[i])); err != nil {
						b.Fatal(err)
					}
					e[1].Receive(now, now, &m, anywhere, 0)
				}
				e[0].Flushed()
				e[0].Advance(now)
			}
		}
	}
	if client.Counts.Failed > 0 {
		b.Error(client.Counts.ByCause)
	}
}
