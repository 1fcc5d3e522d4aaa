package header_test

import (
	"errors"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

func TestCSeq(t *testing.T) {
	for _, tt := range []struct {
		in     string
		number uint32
		method string
		code   sipwire.Code
		n      int
	}{
		{"1 INVITE", 1, "INVITE", 0, 8},
		{"1   INVITE", 1, "INVITE", 0, 10}, // a peer takes the spaces for the method's
		{"0031\r\n  INVITE", 31, "INVITE", 0, 14},
		{"\t7 \n\tx-Y!~ ", 7, "x-Y!~", 0, 11},
		{"2147483647 BYE", 1<<31 - 1, "BYE", 0, 14},
		{"2147483648 BYE", 0, "", sipwire.ErrRange, 0},
		{"4294967297 BYE", 0, "", sipwire.ErrRange, 0},
		{"36893488147419103232 BYE", 0, "", sipwire.ErrRange, 0},
		{"", 0, "", sipwire.ErrEmpty, 0},
		{"1", 0, "", sipwire.ErrMethod, 1},
		{"1 ", 0, "", sipwire.ErrMethod, 2},
		{"1INVITE", 0, "", sipwire.ErrMethod, 1},
		{"INVITE", 0, "", sipwire.ErrNumber, 0},
		{"-1 INVITE", 0, "", sipwire.ErrNumber, 0},
		{"1 INV@TE", 0, "", sipwire.ErrTrailing, 5},
		{"1 INVITE x", 0, "", sipwire.ErrTrailing, 9},
		{"1\r\nINVITE", 0, "", sipwire.ErrMethod, 1},
	} {
		var v CSeq
		n, err := v.Parse([]byte(tt.in))
		if n != tt.n || !errors.Is(err, tt.code.Err()) || v.Number() != tt.number || string(v.MethodBytes()) != tt.method {
			t.Errorf("%q: %d %q, %v at %d; want %d %q, %v at %d", tt.in, v.Number(), v.MethodBytes(), err, n, tt.number, tt.method, tt.code, tt.n)
		}
		if v.IsValid() != (tt.code == 0) || v.Method() != LookupMethod([]byte(tt.method)) {
			t.Errorf("%q: valid %t, method %v", tt.in, v.IsValid(), v.Method())
		}
	}
}

func TestRAck(t *testing.T) {
	var v RAck
	if n, err := v.Parse([]byte("4294967295 1 \r\n INVITE")); err != nil || n != 22 || v.RSeq() != 1<<32-1 {
		t.Errorf("%d, %v: %d", n, err, v.RSeq())
	}
	if c := v.CSeq(); c.Number() != 1 || c.Method() != MethodINVITE {
		t.Errorf("CSeq %d %v", c.Number(), c.Method())
	}
	for in, n := range map[string]int{"": 0, "1": 1, "1 INVITE": 2, "1 2": 3, "1 2 ": 4, "-1 1 INVITE": 0, "4294967296 1 INVITE": 0, "1 2147483648 INVITE": 2, "1,2 INVITE": 1} {
		if got, err := v.Parse([]byte(in)); err == nil || got != n || v.IsValid() {
			t.Errorf("%q: error %v at %d, want one at %d", in, err, got, n)
		}
	}
}

func TestCallID(t *testing.T) {
	for _, in := range []string{"a", "a@b", ` odd.word%ZK-!.*_+'@w` + "`" + `~)(><:\/"][?}{`, "1@[::1] "} {
		if id, n, err := ParseCallID([]byte(in)); err != nil || n != len(in) || len(id) == 0 {
			t.Errorf("%q: %q, %v at %d", in, id, err, n)
		}
	}
	for in, n := range map[string]int{"": 0, " ": 1, "@": 0, "@b": 0, "a@": 2, "a@b@c": 3, "a b": 2, "a,b": 1, "a\r\n b": 4, "a;b": 1, "\xff": 0, "a@b\x00": 3} {
		if id, got, err := ParseCallID([]byte(in)); err == nil || got != n || id != nil {
			t.Errorf("%q: %q, %v at %d, want an error at %d", in, id, err, got, n)
		}
	}
}

func TestDialogRefs(t *testing.T) {
	var r ext.DialogRef
	in := "425928@bobster.example ; to-tag = 7743 ;from-tag=6472\r\n ;EARLY-ONLY;x=\"a;b\""
	if n, err := r.Parse([]byte(in)); err != nil || n != len(in) {
		t.Fatal(n, err)
	}
	if string(r.CallID()) != "425928@bobster.example" || string(r.ToTag()) != "7743" || string(r.FromTag()) != "6472" || !r.EarlyOnly() {
		t.Errorf("%q %q %q %t", r.CallID(), r.ToTag(), r.FromTag(), r.EarlyOnly())
	}
	var j ext.DialogRef
	if _, err := j.Parse([]byte("a;from-tag=1")); err != nil || j.ToTag() != nil || string(j.FromTag()) != "1" || !j.IsValid() {
		t.Errorf("%v: %q %q", err, j.ToTag(), j.FromTag())
	}
	var d ext.DialogRef
	if _, err := d.Parse([]byte("a@b;local-tag=kkaz-;remote-tag=6544")); err != nil || string(d.LocalTag()) != "kkaz-" || string(d.RemoteTag()) != "6544" {
		t.Errorf("%v: %q %q", err, d.LocalTag(), d.RemoteTag())
	}
	for in, n := range map[string]int{"": 0, "a;;": 2, "a;?=1": 2, "a, b": 1, "a;b=1,c": 5, "@;x": 0, "a x": 2} {
		if got, err := r.Parse([]byte(in)); err == nil || got != n || r.IsValid() {
			t.Errorf("%q: %v at %d, want an error at %d", in, err, got, n)
		}
	}
}

func TestDate(t *testing.T) {
	want := time.Date(2010, 11, 13, 23, 29, 0, 0, time.UTC)
	for _, in := range []string{"Sat, 13 Nov 2010 23:29:00 GMT", " Sat, 13 Nov 2010 23:29:00 GMT ", "Mon, 13 Nov 2010 23:29:00 GMT"} {
		if got, n, err := ParseDate([]byte(in)); err != nil || n != len(in) || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q: %v, %v at %d", in, got, err, n)
		}
	}
	for in, n := range map[string]int{
		"": 0, "Sat": 3, "Foo, 13 Nov 2010 23:29:00 GMT": 0, "Sat 13 Nov 2010 23:29:00 GMT": 3, "Sat, 1 Nov 2010 23:29:00 GMT": 5,
		"Sat, 31 Feb 2010 23:29:00 GMT": 5, "Sat, 00 Nov 2010 23:29:00 GMT": 5, "Sat, 13 Xyz 2010 23:29:00 GMT": 8,
		"Sat, 13 Nov 10 23:29:00 GMT": 12, "Sat, 13 Nov 2010 24:29:00 GMT": 17, "Sat, 13 Nov 2010 23:60:00 GMT": 20,
		"Sat, 13 Nov 2010 23:29:60 GMT": 23,
		"sat, 13 Nov 2010 23:29:00 GMT": 0, "Sat, 13 NOV 2010 23:29:00 GMT": 8, "Sat, 13 Nov 2010 23:29:00 gmt": 25, "Sat, 13 Nov 2010 23:29:00 UTC": 25, "Sat, 13 Nov 2010 23:29:00 +0000": 25,
		"Sat, 13 Nov 2010 23:29:00 GMT x": 30, "Sat,  13 Nov 2010 23:29:00 GMT": 5,
	} {
		if got, at, err := ParseDate([]byte(in)); !errors.Is(err, sipwire.ErrDate) && in != "" || err == nil || at != n || !got.IsZero() {
			t.Errorf("%q: %v, %v at %d, want an error at %d", in, got, err, at, n)
		}
	}
	// Every second of some days comes back as it went.
	for d := time.Date(1999, 12, 30, 0, 0, 0, 0, time.UTC); d.Year() < 2001; d = d.Add(7*time.Hour + 61*time.Second) {
		text, err := AppendDate(nil, d)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := ParseDate(text); err != nil || !got.Equal(d) {
			t.Fatalf("%v comes back as %v, %v", d, got, err)
		}
	}
}

// TestAppendDateYear asks for an error where a year does not have four digits.
func TestAppendDateYear(t *testing.T) {
	for in, want := range map[time.Time]string{
		time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC):                              "Sat, 01 Jan 0000 00:00:00 GMT",
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC):                      "Fri, 31 Dec 9999 23:59:59 GMT",
		time.Date(9999, 12, 31, 23, 59, 59, 0, time.FixedZone("west", -3600)): "",
		time.Date(10000, 1, 1, 0, 30, 0, 0, time.FixedZone("east", 3600)):     "Fri, 31 Dec 9999 23:30:00 GMT",
		time.Date(-1, 12, 31, 23, 59, 59, 0, time.UTC):                        "",
		time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC):                          "",
		time.Unix(1<<60, 0): "",
	} {
		got, err := AppendDate([]byte("x"), in)
		if string(got) != "x"+want || (want == "") != errors.Is(err, sipwire.ErrDate) {
			t.Errorf("%v is %q, %v", in, got, err)
		}
	}
}

func TestSequenceAllocs(t *testing.T) {
	var c CSeq
	var r RAck
	var p ext.DialogRef
	for _, in := range []string{"1 INVITE", "1 2 INVITE", "a@b;to-tag=1", "Sat, 13 Nov 2010 23:29:00 GMT", "", "99999999999999999999 X", "a;;"} {
		b := []byte(in)
		if n := testing.AllocsPerRun(10, func() {
			_, _ = c.Parse(b)
			_, _ = r.Parse(b)
			_, _ = p.Parse(b)
			_, _, _ = ParseCallID(b)
			_, _, _ = ParseDate(b)
			_ = p.ToTag()
		}); n != 0 {
			t.Errorf("%q: %v allocations", in, n)
		}
	}
}

func FuzzSequence(f *testing.F) {
	for _, s := range []string{"1 INVITE", "1 2 INVITE", "a@b;to-tag=1", "Sat, 13 Nov 2010 23:29:00 GMT", "1\r\n INVITE"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = b[:len(b):len(b)]
		check := func(n int, err error, valid bool) {
			if n < 0 || n > len(b) || err == nil && n != len(b) || valid != (err == nil) {
				t.Fatalf("%q: %v at %d, valid %t", b, err, n, valid)
			}
		}
		var c CSeq
		n, err := c.Parse(b)
		check(n, err, c.IsValid())
		var r RAck
		n, err = r.Parse(b)
		check(n, err, r.IsValid())
		var p ext.DialogRef
		n, err = p.Parse(b)
		check(n, err, p.IsValid())
		id, n, err := ParseCallID(b)
		check(n, err, id != nil)
		date, n, err := ParseDate(b)
		check(n, err, err == nil)
		if err == nil && date.Year() > 0 {
			text, _ := AppendDate(nil, date)
			if again, _, err := ParseDate(text); err != nil || !again.Equal(date) {
				t.Fatalf("%q is %v, written and read %v, %v", b, date, again, err)
			}
		}
	})
}
