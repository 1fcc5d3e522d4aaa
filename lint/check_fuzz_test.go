package lint

import "testing"

func FuzzCheck(f *testing.F) {
	for _, s := range []string{
		request(), response(), "SIP/2.0 200\n\n", "A a: SIP/2.0\r\nv:\r\nm: *,\r\nCSeq:\r\nTo\r\n\r\n", "\r\n\r\n", "a b SIP/9.9\r\n\r\n",
		request("Contact", "Contact: *", "Route", "Route: <", "Require", "Require: ,"),
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) { check(t, string(b)) })
}
