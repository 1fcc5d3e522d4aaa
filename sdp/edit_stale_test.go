package sdp

import (
	"errors"
	"testing"

	"github.com/sipwire/sipwire"
)

// TestStaleEdit asks that an Edit whose description has changed makes no
// change and writes nothing, instead of reading lines that are gone.
func TestStaleEdit(t *testing.T) {
	const two = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\nm=video 4002 RTP/AVP 31\r\n"
	for name, spoil := range map[string]func(d *Description){
		"parsed":   func(d *Description) { _ = d.Parse([]byte("v=0\r\n")) },
		"reset":    func(d *Description) { d.Reset() },
		"released": Release,
	} {
		d := Acquire()
		if err := d.Parse([]byte(two)); err != nil {
			t.Fatal(err)
		}
		var e Edit
		if err := e.Begin(d); err != nil {
			t.Fatal(err)
		}
		if err := e.SetPort(0, 5000); err != nil {
			t.Fatal(err)
		}
		spoil(d)
		if err := e.SetPort(1, 5002); !errors.Is(err, sipwire.ErrStale) {
			t.Errorf("%s: SetPort: %v", name, err)
		}
		if out, err := e.AppendTo(nil); !errors.Is(err, sipwire.ErrStale) || out != nil {
			t.Errorf("%s: AppendTo: %q, %v", name, out, err)
		}
	}
	d := new(Description)
	Release(d)
	defer func() {
		if recover() == nil {
			t.Error("a second Release did not panic")
		}
	}()
	Release(d)
}
