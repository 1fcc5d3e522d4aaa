package sdp

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"github.com/sipwire/sipwire"
)

var fuzzSeeds = []string{
	"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendonly\r\n",
	"v=0\no=a b c 1 1 IN IP6 ::1\ns=-\nt=0 0\na=inactive\nm=video 0/2 RTP/AVP 96\nc=IN IP4 224.2.1.1/127/3\na=candidate:1 1 UDP 2130706431 192.0.2.1 8998 typ srflx raddr 10.0.0.1 rport 9\nm=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=ice-ufrag:x\na=mid:0",
	"v=0\r\nm=audio 1 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20\r\na=ssrc:1 cname:x\r\n\r\n\r\n",
	"v=0\no=a b 1 1 IN IP4 192.0.2.1\t192.0.2.2\nm=audio\tx 4000 RTP/AVP 0 8 101\nm=au\t40 4000 RTP/AVP 0 8\n",
	"m=0\no=a b 1 1 IN IP4 192.0.2.1 192.0.2.2\n", "o=a 1 1 IN IP4 192.0.2.1\no=b 2 2 IN IP4 192.0.2.2\n",
	"v=0\r\n\r\nm=audio", "v=0\rx\n", "v=0\r\nx", "v=1\n", "", "\r\n", "v=0\nm=audio 70000 RTP/AVP 0\nm= \nm=a 1 b\n",
}

// FuzzDescription holds the package to the reference parser, and edits to what
// they promise about the bytes.
func FuzzDescription(f *testing.F) {
	for _, s := range fuzzSeeds {
		f.Add([]byte(s))
	}
	d := new(Description)
	f.Fuzz(func(t *testing.T, b []byte) {
		was := bytes.Clone(b)
		compareWithReference(t, d, b)
		if !bytes.Equal(b, was) {
			t.Fatal("the input was written to")
		}
	})
}

func compareWithReference(t *testing.T, d *Description, b []byte) {
	t.Helper()
	want := refParse(string(b))
	err := d.Parse(b)
	if code, _ := err.(sipwire.Code); code != want.code || code != 0 && d.Fault().Code != code {
		t.Fatalf("%q: %v, want %v", b, err, want.code)
	}
	if want.code == sipwire.ErrTooManyLines {
		return
	}
	if err != nil && d.Fault().Offset != want.offset {
		t.Fatalf("%q: %v at %d, want %d", b, err, d.Fault().Offset, want.offset)
	}
	if d.Len() != len(want.lines) || d.NumMedia() != len(want.media) {
		t.Fatalf("%q: %d lines, %d media; want %d, %d", b, d.Len(), d.NumMedia(), len(want.lines), len(want.media))
	}
	for l := range d.Lines() {
		if w := want.lines[l.Number]; l.Type != w.typ || string(l.Value) != w.value || l.Offset != w.offset {
			t.Fatalf("%q: line %d is %c %q at %d, want %c %q at %d", b, l.Number, l.Type, l.Value, l.Offset, w.typ, w.value, w.offset)
		}
	}
	o, err := d.Origin()
	if got := []string{string(o.SessionID), string(o.SessionVersion), string(o.NetType), string(o.AddrType), string(o.Address)}; (err == nil) != (want.origin != nil) ||
		err == nil && !slices.Equal(got, want.origin) {
		t.Fatalf("%q: origin %q, %v; want %q", b, got, err, want.origin)
	}
	for i, m := range d.AllMedia() {
		compareMedia(t, b, &m, want.media[i])
	}
}

func compareMedia(t *testing.T, b []byte, m *Media, want refMedia) {
	t.Helper()
	if m.IsValid() != want.valid {
		t.Fatalf("%q: media %d valid: %v", b, m.Index(), m.IsValid())
	}
	n := 0
	for name, value := range m.Attributes() {
		v := string(value)
		if value == nil {
			v = "-"
		}
		if w := want.attributes[n]; string(name) != w[0] || v != w[1] {
			t.Fatalf("%q: attribute %q %q, want %q", b, name, v, w)
		}
		n++
	}
	if n != len(want.attributes) {
		t.Fatalf("%q: %d attributes, want %d", b, n, len(want.attributes))
	}
	if got := m.Direction(); got != want.direction {
		t.Fatalf("%q: direction %v, want %v", b, got, want.direction)
	}
	c, err := m.Connection()
	if string(c.Address) != want.address || (err == nil) != (want.address != "" || c.NetType != nil) {
		t.Fatalf("%q: address %q, %v; want %q", b, c.Address, err, want.address)
	}
	if a, ok := c.Addr(); ok {
		if x, err := netip.ParseAddr(want.address); err != nil || x != a {
			t.Fatalf("%q: address %v, want %v", b, a, x)
		}
	}
	mid, _ := m.MID()
	ufrag, _ := m.ICEUfrag()
	if s := string(mid); s != want.mid && want.mid != "-" || string(ufrag) != want.ufrag && want.ufrag != "-" {
		t.Fatalf("%q: mid %q, ufrag %q; want %q, %q", b, mid, ufrag, want.mid, want.ufrag)
	}
	count := func(name string, parse func(v []byte) (int, error)) (n int) {
		for v := range m.All(name) {
			at, err := parse(v)
			if err == nil {
				n++
			}
			if at < 0 || at > len(v) || err == nil && at != len(v) {
				t.Fatalf("%q: %s %q: offset %d", b, name, v, at)
			}
		}
		return n
	}
	rtpmaps := count("rtpmap", new(RTPMap).Parse)
	ssrcs, keys, candidates := count("ssrc", new(SSRC).Parse), count("crypto", new(Crypto).Parse), count("candidate", new(Candidate).Parse)
	if rtpmaps != want.rtpmaps || ssrcs != want.ssrcs || keys != want.keys || candidates != want.candidates {
		t.Fatalf("%q: rtpmap %d, ssrc %d, crypto %d, candidate %d; want %+v", b, rtpmaps, ssrcs, keys, candidates, want)
	}
	if !want.valid {
		return
	}
	var formats []string
	for f := range m.Formats() {
		formats = append(formats, string(f))
	}
	if string(m.Type()) != want.typ || string(m.Proto()) != want.proto || int(m.Port()) != want.port || m.NumPorts() != want.count || !slices.Equal(formats, want.formats) {
		t.Fatalf("%q: media %q %d/%d %q %q, want %+v", b, m.Type(), m.Port(), m.NumPorts(), m.Proto(), formats, want)
	}
	if got := m.Hold(); got != want.hold {
		t.Fatalf("%q: hold %v, want %v", b, got, want.hold)
	}
}

// TestLimits asks what happens at the limit of lines.
func TestLimits(t *testing.T) {
	d := new(Description)
	for _, n := range []int{inlineLines - 70, inlineLines, inlineLines + 1, 5000, MaxLines - 1, MaxLines, MaxLines + 1, 2 * MaxLines} {
		for _, last := range []string{"", "a=x", "m=audio 1 RTP/AVP 0"} {
			lines := n
			b := []byte("v=0\n")
			if last != "" {
				lines--
			}
			for i := range lines - 1 {
				b = append(b, "m=\nc=\na=\n"[i%3*3:][:3]...)
			}
			compareWithReference(t, d, append(b, last...))
		}
	}
	// The memory that has grown serves what comes next.
	compareWithReference(t, d, []byte(fuzzSeeds[0]))
}
