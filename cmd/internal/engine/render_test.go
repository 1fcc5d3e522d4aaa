package engine

import (
	"strconv"
	"strings"
	"testing"

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
