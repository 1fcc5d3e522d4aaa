package compose

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
)

// A builtCall is what BenchmarkBuilder puts into one message.
type builtCall struct {
	target, user, host, branch, tag, callID, body []byte
	cseq                                          uint32
}

// builtCalls returns n of them that differ in the lengths of their parts.
func builtCalls(n int) []builtCall {
	r := rand.New(rand.NewPCG(7, 8))
	word := func(most int) []byte {
		w := make([]byte, 1+r.IntN(most))
		for i := range w {
			w[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[r.IntN(36)]
		}
		return w
	}
	all := make([]builtCall, n)
	for i := range all {
		all[i] = builtCall{
			target: append(append([]byte("sip:"), word(12)...), "@biloxi.example.com"...), user: append([]byte("sip:"), word(20)...),
			host: append(word(12), ".example.com"...), branch: append([]byte("z9hG4bK"), word(20)...), tag: word(20), callID: word(30),
			body: word(200), cseq: r.Uint32N(1 << 31),
		}
	}
	return all
}

// build makes the message with every kind of setter.
func (v *builtCall) build(b *Builder, dst []byte) ([]byte, error) {
	b.Request([]byte("INVITE"), v.target)
	b.Via(&codec.ViaSpec{Transport: header.TransportUDP, Host: v.host, Port: 5070, Branch: v.branch, RPort: true})
	b.Number(header.IDMaxForwards, codec.DefaultMaxForwards)
	b.Addr(header.IDFrom, &Address{Display: v.callID, URI: v.user, Tag: v.tag})
	b.Addr(header.IDTo, &Address{URI: v.target})
	b.Value(header.IDCallID, v.callID)
	b.CSeq(v.cseq, nil)
	b.Addr(header.IDContact, &Address{URI: v.user, Params: []Param{{Name: []byte("expires"), Value: []byte("60")}}})
	b.Methods(header.IDAllow, 1<<header.MethodINVITE|1<<header.MethodACK|1<<header.MethodBYE|1<<header.MethodCANCEL)
	b.Options(header.IDSupported, 1<<header.Option100rel|1<<header.OptionTimer)
	b.Number(header.IDSessionExpires, 1800, Param{Name: []byte("refresher"), Value: []byte("uac")})
	b.FieldString(header.IDUserAgent, "sipwire")
	b.Body([]byte("application/sdp"), v.body)
	return b.AppendTo(dst)
}

// BenchmarkBuilder makes INVITEs of twelve header fields and a body, no two
// alike; impl=copy only copies the same bytes.
func BenchmarkBuilder(b *testing.B) {
	all := builtCalls(1024)
	var build Builder
	out := make([][]byte, len(all))
	size := 0
	for i := range all {
		msg, err := all[i].build(&build, nil)
		if err != nil {
			b.Fatal(err)
		}
		out[i], size = msg, size+len(msg)
	}
	dst := make([]byte, 0, 4096)
	b.Run("impl=builder", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(size / len(all)))
		i := 0
		for b.Loop() {
			if _, err := all[i%len(all)].build(&build, dst); err != nil {
				b.Fatal(err)
			}
			i++
		}
	})
	b.Run("impl=copy", func(b *testing.B) {
		b.SetBytes(int64(size / len(all)))
		i := 0
		for b.Loop() {
			dst = append(dst[:0], out[i%len(out)]...)
			i++
		}
	})
}

// TestBuilderAllocs builds with every setter and runs into errors, without an
// allocation: with the inline stores, and with those that it has grown.
func TestBuilderAllocs(t *testing.T) {
	response := new(codec.Message)
	if err := response.Parse([]byte(reliableMsg)); err != nil {
		t.Fatal(err)
	}
	v, long := builtCalls(1)[0], strings.Repeat("word ", 20)
	dst := make([]byte, 0, 1<<16)
	b := new(Builder)
	if n := testing.AllocsPerRun(10, func() {
		if _, err := v.build(new(Builder), dst); err != nil {
			t.Fatal(err)
		}
	}); n != 1 { // the Builder
		t.Errorf("%v allocations for the first INVITE", n)
	}
	many := func() {
		v.build(b, dst)
		for range 100 {
			b.Raw([]byte("X-Header"), []byte("a value of some length"))
			b.Value(header.IDReason, []byte("SIP"), Param{Name: []byte("text"), Value: []byte("a b"), Quoted: true})
		}
		b.Date(time.Unix(1e9, 0))
		b.Timestamp(time.Minute+1, time.Second)
		b.RAck(response)
		if _, err := b.AppendTo(dst); err != nil || b.Size() < 5000 {
			t.Fatal(err)
		}
		b.Response(200, []byte("fine"))
		b.AppendTo(dst) // everything is missing
		b.Value(header.IDEvent, []byte("no token"))
		b.AppendTo(dst)
		b.Response(99, nil)
		b.Request([]byte("INVITE"), []byte("sip:a\r\n"))
		b.Request([]byte("INVITE"), []byte("sip:a"))
		b.Field(header.IDTo, []byte("<"))
		b.Addr(header.IDTo, &Address{URI: []byte("x")})
		b.Request([]byte("INVITE"), []byte("sip:a"))
		b.FieldString(header.IDServer, long)
		_, _ = b.Fault(), b.Err()
	}
	if n := testing.AllocsPerRun(10, many); n != 0 {
		t.Errorf("%v allocations once it has grown", n)
	}
}
