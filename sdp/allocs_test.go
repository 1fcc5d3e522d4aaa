package sdp

import (
	"net/netip"
	"strings"
	"testing"
)

// TestAllocs runs every method over descriptions of many makers: nothing may
// allocate, errors included.
func TestAllocs(t *testing.T) {
	d, before, e := new(Description), new(Description), new(Edit)
	dst := make([]byte, 0, 1<<15)
	addr, addr6 := netip.MustParseAddr("203.0.113.9"), netip.MustParseAddr("2001:db8::9")
	bodies := [][]byte{[]byte(""), []byte("v=1"), []byte("v=0\r\n\x00"), []byte("v=0\r\nm="), []byte("v=0\nm=audio 1 RTP/AVP 0")}
	for _, c := range readDescribed(t) {
		bodies = append(bodies, c.body)
	}
	if err := before.Parse([]byte(fuzzSeeds[0])); err != nil {
		t.Fatal(err)
	}
	long := []byte("v=0\r\n" + strings.Repeat("a=x\r\nm=audio 1 RTP/AVP 0 8\r\nc=IN IP4 0.0.0.0\r\n", 1000))
	bodies = append(bodies, long)
	format := []byte("0")
	for _, b := range bodies {
		for name, run := range map[string]func(){
			"parse": func() { _ = d.Parse(b); _ = d.Err(); _ = d.Fault() },
			"views": func() { readAll(d, dst) },
			"compare": func() {
				_ = Compare(before, d)
				_ = Compare(d, before)
				_, _ = Holders(d, before, 0)
				_ = d.Hold()
			},
			"edit": func() {
				_ = e.Begin(d)
				_ = e.SetOriginAddress(addr)
				_ = e.SetConnections(addr)
				_ = e.IncrementVersion()
				for i := range min(d.NumMedia(), 3) {
					_ = e.SetPort(i, 40000)
					_ = e.SetDirection(i, Inactive)
					_ = e.RemoveAttribute(i, "candidate")
					_ = e.AddAttribute(i, "x", format)
				}
				_, _ = e.Len()
				_, _ = e.AppendTo(dst)
			},
			"edit errors": func() {
				_ = e.Begin(d)
				_ = e.RemoveFormat(0, format)
				_ = e.SetConnection(-1, addr6)
				_ = e.SetConnection(0, addr6)
				_ = e.SetConnection(0, addr)
				_ = e.Reject(0)
				_ = e.Reject(0)
				_, _ = e.AppendTo(dst)
				_ = e.Err()
				_ = e.Fault()
			},
		} {
			_ = d.Parse(b)
			run() // what grows has grown
			if n := testing.AllocsPerRun(3, run); n != 0 {
				t.Errorf("%s: %v allocations for %.100q", name, n, b)
			}
		}
	}
}

// readAll reads everything there is in a description.
func readAll(d *Description, dst []byte) {
	for l := range d.Lines() {
		_ = l
	}
	_, _ = d.Origin()
	_, _ = d.Timing()
	s := d.Session()
	_, _ = s.Connection()
	_, _ = s.Bandwidth("AS")
	for t, v := range s.Bandwidths() {
		_, _ = t, v
	}
	for v := range s.All("group") {
		var g Group
		_, _ = g.Parse(v)
		for mid := range g.MIDs() {
			_ = g.Has(mid)
		}
	}
	for _, m := range d.AllMedia() {
		readMedia(&m, dst)
	}
}

func readMedia(m *Media, dst []byte) {
	_, _, _, _, _ = m.Type(), m.Port(), m.NumPorts(), m.Proto(), m.NumFormats()
	for f := range m.Formats() {
		_ = m.HasFormat("101")
		_, _ = m.RTPMap(f)
		v, _ := m.Fmtp(f)
		_, _ = v.Param("mode")
		break
	}
	for name, value := range m.Attributes() {
		_, _ = name, value
	}
	c, _ := m.Connection()
	_, _ = c.Addr()
	_, _, _ = m.Direction(), m.Hold(), m.IsRejected()
	_, _ = m.Ptime()
	_, _ = m.Maxptime()
	_, _ = m.RTCP()
	_, _ = m.ICEUfrag()
	_, _ = m.ICEPwd()
	_, _ = m.MID()
	_, _ = m.Setup()
	fp, _ := m.Fingerprint()
	_ = fp.AppendSum(dst)
	_ = m.RTCPMux()
	for v := range m.All("candidate") {
		var c Candidate
		_, _ = c.Parse(v)
		_, _ = c.Addr()
		for name, value := range c.Extensions() {
			_, _ = name, value
		}
	}
	for v := range m.All("crypto") {
		var c Crypto
		_, _ = c.Parse(v)
		_ = c.Key()
	}
	for v := range m.All("ssrc") {
		var s SSRC
		_, _ = s.Parse(v)
	}
	_, _ = m.Value('i')
	_ = m.Has("inactive")
}

// TestPool asks that a released description is as a new one.
func TestPool(t *testing.T) {
	d := Acquire()
	_ = d.Parse([]byte("v=0\r\nm=audio x"))
	_, _ = d.Media(0)
	Release(d)
	d = Acquire()
	defer Release(d)
	if d.Len() != 0 || d.NumMedia() != 0 || d.Err() != nil || d.Fault() != (Fault{}) || d.Bytes() != nil {
		t.Errorf("%d lines, %d media, %v", d.Len(), d.NumMedia(), d.Fault())
	}
	if _, err := d.Origin(); err == nil {
		t.Error("an origin of nothing")
	}
	_ = d.Hold()
}
