package main

import (
	"net/netip"
	"strings"

	"github.com/sipwire/sipwire/multipart"
	"github.com/sipwire/sipwire/sdp"
)

// bodyShapes are session descriptions that are large in one respect.
var bodyShapes = map[string]func(n int) string{
	"attributes": func(n int) string {
		return "m=audio 1 RTP/AVP 0\r\n" + strings.Repeat("a=candidate:1 1 UDP 1 192.0.2.1 1 typ host\r\n", n)
	},
	"session attributes": func(n int) string {
		return strings.Repeat("a=x:y\r\n", n) + strings.Repeat("m=audio 1 RTP/AVP 0\r\n", n)
	},
	"media":       func(n int) string { return strings.Repeat("m=audio 1 RTP/AVP 0\r\na=sendonly\r\n", n) },
	"connections": func(n int) string { return strings.Repeat("m=audio 1 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n", n) },
	"c= of one":   func(n int) string { return "m=audio 1 RTP/AVP 0\r\n" + strings.Repeat("c=IN IP4 0.0.0.0\r\n", n) },
	"formats":     func(n int) string { return "m=audio 1 RTP/AVP" + strings.Repeat(" 0", n) + "\r\n" },
	"rtpmaps":     func(n int) string { return "m=audio 1 RTP/AVP 0\r\n" + strings.Repeat("a=rtpmap:0 PCMU/8000\r\n", n) },
	"directions":  func(n int) string { return "m=audio 1 RTP/AVP 0\r\n" + strings.Repeat("a=inactive\r\n", n) },
	"bandwidths":  func(n int) string { return strings.Repeat("b=X:1\r\n", n) },
	"empty lines": func(n int) string { return strings.Repeat("\r\n", n) },
	"odd lines":   func(n int) string { return strings.Repeat("a=b\r\n", n) + "x\r\n" },
	"long line":   func(n int) string { return "a=" + strings.Repeat("x ", n) + "\r\n" },
	"version":     func(n int) string { return "o=- 1 " + strings.Repeat("9", n) + " IN IP4 192.0.2.1\r\n" },
}

// bodyOperations are what is done to a description.
var bodyOperations = map[string]func(d *sdp.Description, e *sdp.Edit){
	"read": func(d *sdp.Description, _ *sdp.Edit) {
		_, _ = d.Origin()
		_, _ = d.Session().Bandwidth("AS")
		for range d.Lines() {
		}
		for _, m := range d.AllMedia() {
			_, _ = m.Connection()
			_, _ = m.Direction(), m.Hold()
			for range m.Formats() {
			}
			for v := range m.All("candidate") {
				var c sdp.Candidate
				_, _ = c.Parse(v)
			}
		}
		_ = d.Hold()
	},
	"compare": func(d *sdp.Description, _ *sdp.Edit) {
		_ = sdp.Compare(d, d)
		var empty sdp.Description
		_ = empty.Parse([]byte("v=0\r\n" + "m=audio 1 RTP/AVP 0\r\n"))
		_, _ = sdp.Compare(d, &empty), sdp.Compare(&empty, d)
	},
	"edit": func(d *sdp.Description, e *sdp.Edit) {
		_ = e.Begin(d)
		_ = e.SetConnections(netip.AddrFrom4([4]byte{192, 0, 2, 9}))
		for i := d.NumMedia() - 1; i >= 0; i-- {
			_ = e.SetPort(i, 9)
			_ = e.SetDirection(i, sdp.Inactive)
			_ = e.AddAttribute(i, "x", nil)
			_ = e.RemoveAttribute(i, "candidate")
		}
		_ = e.IncrementVersion()
		_, _ = e.AppendTo(nil)
	},
	"remove format": func(d *sdp.Description, e *sdp.Edit) {
		_ = e.Begin(d)
		_ = e.RemoveFormat(0, []byte("0"))
		_, _ = e.AppendTo(nil)
	},
}

// partShapes are multipart bodies that are large in one respect.
var partShapes = map[string]func(n int) string{
	"parts":           func(n int) string { return strings.Repeat("--b\r\n\r\nx\r\n", n) + "--b--" },
	"like delimiters": func(n int) string { return "--b\r\n\r\n" + strings.Repeat("--bx\r\n", n) + "--b--" },
	"dashes":          func(n int) string { return "--b\r\n\r\n" + strings.Repeat("--", n) + "\r\n--b--" },
	"fields":          func(n int) string { return "--b\r\n" + strings.Repeat("X: y\r\n", n) + "\r\nx\r\n--b--" },
	"folds":           func(n int) string { return "--b\r\nX: y" + strings.Repeat("\r\n z", n) + "\r\n\r\nx\r\n--b--" },
	"never closed":    func(n int) string { return "--b\r\n\r\n" + strings.Repeat("x\r\n", n) },
}

func bodyCases() (all []costCase) {
	for name, shape := range bodyShapes {
		for op, do := range bodyOperations {
			all = append(all, costCase{"sdp " + name + "/" + op, 200, func(n int) (func(), int) {
				b := []byte("v=0\r\n" + shape(n))
				d, e := new(sdp.Description), new(sdp.Edit)
				return func() {
					_ = d.Parse(b)
					do(d, e)
				}, len(b)
			}})
		}
	}
	for name, shape := range partShapes {
		all = append(all, costCase{"multipart " + name, 200, func(n int) (func(), int) {
			b := []byte(shape(n))
			return func() {
				p, err := multipart.Find([]byte("multipart/mixed;boundary=b"), b, "text/plain")
				if err == nil {
					var r multipart.Replacement
					r.Set(p, b[:0])
					_, _ = r.AppendTo(nil)
				}
				_, _ = multipart.Find([]byte("multipart/mixed;boundary=b"), b, "a/b")
			}, len(b)
		}})
	}
	return all
}
