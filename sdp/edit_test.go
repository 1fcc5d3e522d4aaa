package sdp

import (
	"net/netip"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestRemoveFormat asks for the cases at its edges; the model has the others.
func TestRemoveFormat(t *testing.T) {
	const in = "v=0\nm=audio 4000 RTP/AVP 0 8  0 96\na=rtpmap:0 PCMU/8000\na=rtpmap:8 PCMA/8000\na=fmtp:0 x\na=rtcp-fb:0 nack\na=fmtp:08 y\nm=video 1 RTP/AVP 0"
	for _, c := range []struct {
		media  int
		remove []string
		want   string
		err    error
	}{
		{0, []string{"0"}, "v=0\nm=audio 4000 RTP/AVP 8 96\na=rtpmap:8 PCMA/8000\na=fmtp:08 y\nm=video 1 RTP/AVP 0", nil},
		{0, []string{"96", "8"}, "v=0\nm=audio 4000 RTP/AVP 0  0\na=rtpmap:0 PCMU/8000\na=fmtp:0 x\na=rtcp-fb:0 nack\na=fmtp:08 y\nm=video 1 RTP/AVP 0", nil},
		{0, []string{"9"}, "", sipwire.ErrMissing},
		{0, []string{"8", "8"}, "", sipwire.ErrConflict},
		{0, []string{"0", "8", "96"}, "", sipwire.ErrState},
		{1, []string{"0"}, "", sipwire.ErrState},
		{-1, []string{"0"}, "", sipwire.ErrState},
		{2, []string{"0"}, "", sipwire.ErrState},
	} {
		var d Description
		var e Edit
		_ = d.Parse([]byte(in))
		_ = e.Begin(&d)
		for _, f := range c.remove {
			_ = e.RemoveFormat(c.media, []byte(f))
		}
		out, err := e.AppendTo(nil)
		if err != c.err || err == nil && string(out) != c.want || e.Fault().Code.Err() != c.err || e.Err() != c.err {
			t.Errorf("%d %q: %q, %v; want %q, %v", c.media, c.remove, out, err, c.want, c.err)
		}
	}
}

// TestEditRefuses asks for the errors of what is put in.
func TestEditRefuses(t *testing.T) {
	var d Description
	var e Edit
	if err := e.SetPort(0, 1); err != sipwire.ErrState {
		t.Errorf("without Begin: %v", err)
	}
	_ = d.Parse([]byte("v=0\r\no=x\r\nm=audio x\r\nm=audio 1 RTP/AVP 0\r\nc=IN\r\n"))
	addr := netip.MustParseAddr("192.0.2.1")
	for name, c := range map[string]struct {
		do   func() error
		want sipwire.Code
		line int
	}{
		"CR":            {func() error { return e.AddAttribute(1, "x", []byte("a\rb")) }, sipwire.ErrInjection, 3},
		"NUL":           {func() error { return e.AddAttribute(1, "x", []byte{0}) }, sipwire.ErrInjection, 3},
		"name":          {func() error { return e.AddAttribute(1, "x:y", nil) }, sipwire.ErrToken, 3},
		"no name":       {func() error { return e.AddAttribute(-1, "", nil) }, sipwire.ErrToken, 0},
		"direction":     {func() error { return e.SetDirection(1, 0) }, sipwire.ErrValue, 3},
		"m=":            {func() error { return e.SetPort(0, 1) }, sipwire.ErrPort, 2},
		"session port":  {func() error { return e.SetPort(-1, 1) }, sipwire.ErrState, 0},
		"c=":            {func() error { return e.SetConnection(1, addr) }, sipwire.ErrValue, 4},
		"o=":            {func() error { return e.SetOriginAddress(addr) }, sipwire.ErrValue, 1},
		"version":       {e.IncrementVersion, sipwire.ErrValue, 1},
		"no address":    {func() error { return e.SetConnection(-1, netip.Addr{}) }, sipwire.ErrHost, 0},
		"no such media": {func() error { return e.Reject(2) }, sipwire.ErrState, 4},
		"second connection": {func() error {
			_ = e.SetConnection(-1, addr)
			_ = e.SetConnection(-1, addr)
			_, err := e.Len()
			return err
		}, sipwire.ErrConflict, 2},
	} {
		_ = e.Begin(&d)
		if err := c.do(); err != c.want || e.Fault().Code != c.want || e.Fault().Line != c.line || e.Fault().Type != d.Line(c.line).Type {
			t.Errorf("%s: %v, %+v; want %v in line %d", name, err, e.Fault(), c.want, c.line)
		}
		// It stays, whatever comes.
		_ = e.SetDirection(1, Inactive)
		if out, err := e.AppendTo([]byte("x")); err != c.want || string(out) != "x" {
			t.Errorf("%s: AppendTo: %q, %v", name, out, err)
		}
	}
}

// TestEditManyChanges asks that many changes out of order are put in order.
func TestEditManyChanges(t *testing.T) {
	var d Description
	var e Edit
	in, want := "v=0\n", "v=0\n"
	for range 500 {
		in += "m=audio 1 RTP/AVP 0\n"
		want += "m=audio 65535 RTP/AVP 0\na=x:y\n"
	}
	_ = d.Parse([]byte(in))
	_ = e.Begin(&d)
	for i := 499; i >= 0; i-- {
		_ = e.AddAttribute(i, "x", []byte("y"))
		_ = e.SetPort(i, 65535)
	}
	if out, err := e.AppendTo(nil); err != nil || string(out) != want {
		t.Errorf("%v, %d bytes, want %d", err, len(out), len(want))
	}
}

// TestFastPortPlace asks that the fast way to a port finds what Media.parse
// does, takes the usual lines, and never one that is malformed.
func TestFastPortPlace(t *testing.T) {
	for _, c := range []struct {
		line string
		fast bool
	}{
		{"m=audio 4000 RTP/AVP 0", true},
		{"m=video 65535 RTP/AVP 0", true},
		{"m=audio 0 RTP/AVP 0", true},
		{"m=audio 00009 RTP/AVP 0", true},
		{"m=audio 65536 RTP/AVP 0", false},
		{"m=audio 99999 RTP/AVP 0", false},
		{"m=audio 000009 RTP/AVP 0", false},
		{"m=audio  4000 RTP/AVP 0", false},
		{"m=audio 4000  RTP/AVP 0", false},
		{"m=audio 4000/2 RTP/AVP 0", false},
		{"m=audio 4000 \r\na=sendrecv", false},
		{"m=audio 4000\r\na=sendrecv", false},
		{"m=audio x RTP/AVP 0", false},
		{"m=audio 4\x80 RTP/AVP 0", false},
		{"m=image 4000 udptl t38", false},
		{"m=audio 40 RTP", true},
	} {
		for _, end := range []string{"", "\r\n"} {
			var d Description
			if err := d.Parse([]byte("v=0\r\n" + c.line + end)); err != nil {
				t.Fatal(err)
			}
			at, to, ok := fastPortPlace(d.b, 5)
			if ok != c.fast && len(d.b) >= 5+16 {
				t.Errorf("%q: %v", c.line, ok)
			}
			if m, err := d.Media(0); ok && (err != nil || m.portAt != part{at, to}) {
				t.Errorf("%q: %d to %d, want %v, %v", c.line, at, to, m.portAt, err)
			}
		}
	}
}
