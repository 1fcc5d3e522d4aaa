package sdp_test

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/sipwire/sipwire/sdp"
)

var offer = []byte(strings.ReplaceAll(`v=0
o=alice 2890844526 2890844526 IN IP4 host.example.com
s=-
c=IN IP4 192.0.2.1
t=0 0
m=audio 49170 RTP/AVP 0 97
a=rtpmap:0 PCMU/8000
a=rtpmap:97 iLBC/8000
m=video 51372 RTP/AVP 31
a=rtpmap:31 H261/90000
a=sendonly
`, "\n", "\r\n"))

// A description is indexed in one pass; what is in it is read on demand.
func ExampleDescription() {
	d := sdp.Acquire()
	defer sdp.Release(d)
	if err := d.Parse(offer); err != nil {
		fmt.Println(err, d.Fault().Offset)
		return
	}
	for i := range d.NumMedia() {
		m, err := d.Media(i)
		if err != nil {
			fmt.Println(err, d.Fault().Offset)
			continue
		}
		c, _ := m.Connection()
		fmt.Printf("%s to %s port %d, %v\n", m.Type(), c.Address, m.Port(), m.Direction())
		for format := range m.Formats() {
			if r, err := m.RTPMap(format); err == nil {
				fmt.Printf("  %s is %s at %d Hz\n", format, r.Encoding, r.ClockRate)
			}
		}
	}
	// Output:
	// audio to 192.0.2.1 port 49170, sendrecv
	//   0 is PCMU at 8000 Hz
	//   97 is iLBC at 8000 Hz
	// video to 192.0.2.1 port 51372, sendonly
	//   31 is H261 at 90000 Hz
}

// A relay puts its own address and ports in, and takes a codec out. All else
// leaves as received.
func ExampleEdit() {
	var (
		d sdp.Description
		e sdp.Edit
	)
	if err := d.Parse(offer); err != nil {
		fmt.Println(err)
		return
	}
	_ = e.Begin(&d) // its errors stay in e until AppendTo
	_ = e.SetConnections(netip.MustParseAddr("203.0.113.7"))
	_ = e.SetPort(0, 20000)
	_ = e.RemoveFormat(0, []byte("97"))
	_ = e.Reject(1)
	out, err := e.AppendTo(nil)
	if err != nil {
		fmt.Println(err, e.Fault().Line)
		return
	}
	fmt.Print(strings.ReplaceAll(string(out), "\r\n", "\n"))
	// Output:
	// v=0
	// o=alice 2890844526 2890844526 IN IP4 host.example.com
	// s=-
	// c=IN IP4 203.0.113.7
	// t=0 0
	// m=audio 20000 RTP/AVP 0
	// a=rtpmap:0 PCMU/8000
	// m=video 0 RTP/AVP 31
	// a=rtpmap:31 H261/90000
	// a=sendonly
}

// A call is put on hold and taken back: with a direction, and with 0.0.0.0 as
// phones did before RFC 3264.
func ExampleCompare() {
	step := func(version int, address, direction string) []byte {
		return fmt.Appendf(nil, "v=0\r\no=- 1 %d IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=%s\r\n", version, address, direction)
	}
	var before, after sdp.Description
	_ = before.Parse(step(1, "192.0.2.1", "sendrecv"))
	for _, body := range [][]byte{
		step(2, "192.0.2.1", "sendonly"),
		step(3, "192.0.2.1", "sendrecv"),
		step(4, "0.0.0.0", "sendrecv"),
	} {
		if err := after.Parse(body); err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%v; holds: %v (%v)\n", sdp.Compare(&before, &after), after.Hold().Holds(), after.Hold())
		_ = before.Parse(body)
	}
	// Output:
	// new-version held direction; holds: true (direction)
	// new-version resumed direction; holds: false (none)
	// new-version held address; holds: true (address)
}
