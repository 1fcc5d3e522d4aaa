package compose

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/testfiles"
)

// replySources are the sources that replies of the tests are made for; the first
// one is none.
var replySources = []netip.AddrPort{
	{}, netip.MustParseAddrPort("192.0.2.3:5062"), netip.MustParseAddrPort("10.255.0.1:9"),
	netip.MustParseAddrPort("[2001:db8:1111:2222:3333:4444:5555:6666]:65535"), netip.MustParseAddrPort("[::ffff:192.0.2.7]:80"),
}

// replyAgrees holds the response to b against the one that is written value by
// value, with much room, with just enough, and with none. Nothing may be written
// behind it.
func replyAgrees(t *testing.T, m *codec.Message, b []byte, r *Reply) (answered bool) {
	t.Helper()
	before := bytes.Clone(b)
	_ = m.Parse(b)
	if !m.IsAnswerable() {
		return false
	}
	want, wantErr := replySlowly([]byte("x"), m, r)
	for _, room := range []int{len(want) + 1000, len(want), 1} {
		memory := bytes.Repeat([]byte{0xee}, room+1)
		memory[0] = 'x'
		got, err := AppendReply(memory[:1:room], m, r)
		if !bytes.Equal(got, want) || err != wantErr {
			t.Fatalf("%d %v with room for %d: %q %v\nwant %q %v\nrequest %q", r.Status, r.Source, room, got, err, want, wantErr, b)
		}
		if err != nil {
			continue
		}
		for i := len(want); i < len(memory); i++ {
			if memory[i] != 0xee {
				t.Fatalf("with room for %d byte %d behind the response was written\nrequest %q", room, i-len(want), b)
			}
		}
	}
	if !bytes.Equal(b, before) {
		t.Fatal("the request was changed")
	}
	return wantErr == nil
}

// fuzzedReply is one of the replies that the tests make.
func fuzzedReply(status, choice byte) *Reply {
	r := &Reply{Status: []int{100, 180, 200, 302, 400, 481, 699}[status%7], Source: replySources[int(choice)%len(replySources)]}
	if choice&0x40 == 0 {
		r.Tag = []byte("as6d5fd3a1-with-a-very-long-tag-that-nobody-has"[:5+choice%40])
	}
	if choice&0x80 != 0 {
		r.Fields = []HeaderField{{ID: header.IDAllow, Value: []byte("INVITE")}, {ID: header.IDTo, Value: []byte("<sip:x>")}}[:1+status/128]
		r.ContentType, r.Body = []byte("a/b"), []byte("body")
	}
	return r
}

// TestReplyLines answers every message at hand in every way.
func TestReplyLines(t *testing.T) {
	m, answered := new(codec.Message), 0
	for _, b := range append(testfiles.Messages(t), testfiles.Requests(500)...) {
		b = b[:len(b):len(b)]
		for status := range byte(7) {
			for i := range byte(len(replySources)) {
				if replyAgrees(t, m, b, fuzzedReply(status, i+5*status)) {
					answered++
				}
			}
		}
	}
	if answered < 5000 {
		t.Errorf("%d responses", answered)
	}
}

// FuzzReply does that with any bytes.
func FuzzReply(f *testing.F) {
	for i, b := range append(testfiles.Own(f), testfiles.Requests(30)...) {
		f.Add(b, byte(i), byte(7*i))
	}
	f.Add([]byte(optionsMsg+"\r\n"), byte(2), byte(1))
	m := new(codec.Message)
	f.Fuzz(func(t *testing.T, in []byte, status, choice byte) {
		b := bytes.Clone(in)
		replyAgrees(t, m, b[:len(b):len(b)], fuzzedReply(status, choice))
	})
}
