package multipart_test

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/multipart"
)

var body = []byte(strings.ReplaceAll(`--boundary1
Content-Type: application/sdp

v=0

--boundary1
Content-Type: application/pidf+xml
Content-ID: <alice@example.com>

<presence/>
--boundary1--
`, "\n", "\r\n"))

const contentType = "multipart/mixed;boundary=boundary1"

// The parts of a body, one after the other.
func ExampleReader() {
	r := multipart.NewReader([]byte(contentType), body)
	var p multipart.Part
	for r.Next(&p) {
		fmt.Printf("%s, %d bytes\n", p.ContentType(), len(p.Body()))
	}
	if err := r.Err(); err != nil {
		fmt.Println(err, r.Fault().Offset)
	}
	// Output:
	// application/sdp, 5 bytes
	// application/pidf+xml, 11 bytes
}

// The session description is found wherever it is, and another one put in its
// place.
func ExampleFind() {
	p, err := multipart.Find([]byte(contentType), body, "application/sdp")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", p.Body())
	var r multipart.Replacement
	r.Set(p, []byte("v=0\r\ns=new\r\n"))
	out, err := r.AppendTo(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%q\n", out[:70])
	// Output:
	// "v=0\r\n"
	// "--boundary1\r\nContent-Type: application/sdp\r\n\r\nv=0\r\ns=new\r\n\r\n--boundary"
}
