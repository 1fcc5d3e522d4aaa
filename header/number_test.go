package header_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/sipwire/sipwire"
	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/value"
)

func sprint(v any) string { return fmt.Sprint(v) }

func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		code sipwire.Code
		v    uint64 // of ParseUint with 255 and value.ParseMaxForwards
	}{
		{"0", 1, 0, 0},
		{" 0068\r\n ", 8, 0, 68},
		{"255", 3, 0, 255},
		{"256", 0, sipwire.ErrRange, 255},
		{" 99999999999999999999999 ", 1, sipwire.ErrRange, 255},
		{"", 0, sipwire.ErrEmpty, 0},
		{" ", 1, sipwire.ErrEmpty, 0},
		{"-1", 0, sipwire.ErrNumber, 0},
		{"+1", 0, sipwire.ErrNumber, 0},
		{"1 2", 2, sipwire.ErrTrailing, 0},
		{"1.0", 1, sipwire.ErrTrailing, 0},
		{"0x10", 1, sipwire.ErrTrailing, 0},
		{"300x", 3, sipwire.ErrTrailing, 0},
		{"70,1", 2, sipwire.ErrTrailing, 0},
		{"1\r\n2", 1, sipwire.ErrTrailing, 0},
	} {
		v, n, err := ParseUint([]byte(c.in), 255)
		if v != c.v || n != c.n || err != c.code.Err() {
			t.Errorf("%q: %d, %v at %d, want %d, %v at %d", c.in, v, err, n, c.v, c.code.Err(), c.n)
		}
		hops, n, err := value.ParseMaxForwards([]byte(c.in))
		if uint64(hops) != c.v || n != c.n || err != c.code.Err() {
			t.Errorf("%q: Max-Forwards %d, %v at %d", c.in, hops, err, n)
		}
	}
	if v, n, err := value.ParseContentLength([]byte("9223372036854775807")); v != math.MaxInt64 || n != 19 || err != nil {
		t.Errorf("Content-Length %d, %v at %d", v, err, n)
	}
	if v, n, err := value.ParseContentLength([]byte("9223372036854775808")); v != math.MaxInt64 || n != 0 || err != sipwire.ErrRange {
		t.Errorf("Content-Length %d, %v at %d", v, err, n)
	}
	if v, _, err := value.ParseRSeq([]byte("4294967295")); v != math.MaxUint32 || err != nil {
		t.Errorf("RSeq %d, %v", v, err)
	}
	if _, _, err := value.ParseRSeq([]byte("4294967296")); err != sipwire.ErrRange {
		t.Errorf("RSeq: %v", err)
	}
	for in, want := range map[string]uint32{"0": 0, "4294967295": 1<<32 - 1, "4294967296": 1<<32 - 1, "1" + strings.Repeat("0", 100): 1<<32 - 1} {
		if v, n, err := ParseExpires([]byte(in)); v != want || n != len(in) || err != nil {
			t.Errorf("Expires %s is %d, %v at %d", in, v, err, n)
		}
	}
	for _, in := range []string{"", "a", "1.5", "0xff", "Thu, 01 Dec 2040 16:00:00 GMT", "5 5"} {
		if v, _, err := ParseExpires([]byte(in)); v != 3600 || err == nil {
			t.Errorf("Expires %q is %d, %v; a malformed one is 3600", in, v, err)
		}
	}
}

func TestIntegerParams(t *testing.T) {
	var s ext.SessionExpires
	if n, err := s.Parse([]byte("1800 ;Refresher = UAS;x")); err != nil || n != 23 || s.Seconds() != 1800 || s.Refresher() != ext.RefresherUAS || s.Refresher().String() != "uas" {
		t.Errorf("%v at %d: %d %v", err, n, s.Seconds(), s.Refresher())
	}
	if _, err := s.Parse([]byte("99999999999;refresher=both")); err != nil || s.Seconds() != 1<<32-1 || s.Refresher() != ext.RefresherNone {
		t.Errorf("%v: %d %v", err, s.Seconds(), s.Refresher())
	}
	if _, err := s.Parse([]byte("90;refresher=uac")); err != nil || s.Refresher() != ext.RefresherUAC || s.Refresher().String() != "uac" || ext.RefresherNone.String() != "" {
		t.Errorf("%v: %v", err, s.Refresher())
	}
	var m DeltaSeconds
	if _, err := m.Parse([]byte("90")); err != nil || m.Seconds() != 90 || !m.Params().IsEmpty() {
		t.Errorf("%v: %d", err, m.Seconds())
	}
	var r DeltaSeconds
	in := "120 (I'm (really) in a \\) meeting) ; duration=3600;a=b"
	if n, err := r.ParseComment([]byte(in)); err != nil || n != len(in) || r.Seconds() != 120 || string(r.Comment()) != `(I'm (really) in a \) meeting)` {
		t.Errorf("%v at %d: %d %s", err, n, r.Seconds(), r.Comment())
	}
	if d, ok := r.Duration(); !ok || d != 3600 {
		t.Errorf("duration %d, %t", d, ok)
	}
	if _, err := r.ParseComment([]byte("949302838503028349304023988;duration=x")); err != nil || r.Seconds() != 1<<32-1 || r.Comment() != nil {
		t.Errorf("%v: %d", err, r.Seconds())
	}
	if _, ok := r.Duration(); ok {
		t.Error("a malformed duration is ok")
	}
	if _, err := r.ParseComment([]byte("10(Already Pending Register)")); err != nil || r.Comment() == nil {
		t.Errorf("%v: %s", err, r.Comment())
	}
	for _, c := range []struct {
		in      string
		comment bool
		n       int
		code    sipwire.Code
	}{
		{"", false, 0, sipwire.ErrEmpty},
		{"x", false, 0, sipwire.ErrNumber},
		{"1 x", false, 2, sipwire.ErrTrailing},
		{"1 (c)", false, 2, sipwire.ErrTrailing},
		{"1 (c", true, 2, sipwire.ErrComment},
		{"1 (c) (d)", true, 6, sipwire.ErrTrailing},
		{"1 (c)x", true, 5, sipwire.ErrTrailing},
		{"1;;", true, 2, sipwire.ErrParam},
		{"1;a=b,2", false, 5, sipwire.ErrTrailing},
		{"1,2", false, 1, sipwire.ErrTrailing},
		{"-1", false, 0, sipwire.ErrNumber},
	} {
		var v DeltaSeconds
		parse := v.Parse
		if c.comment {
			parse = v.ParseComment
		}
		n, err := parse([]byte(c.in))
		if n != c.n || err != c.code.Err() || v.Seconds() != 0 || !v.Params().IsEmpty() {
			t.Errorf("%q: %v at %d, want %v at %d", c.in, err, n, c.code.Err(), c.n)
		}
	}
}

func TestTimestamp(t *testing.T) {
	for _, c := range []struct {
		in, value, delay string
		time, wait       time.Duration // -1: not ok
	}{
		{"54", "54", "", 54 * time.Second, -1},
		{" 54.3 0.5 ", "54.3", "0.5", 54300 * time.Millisecond, 500 * time.Millisecond},
		{"54. .", "54.", ".", 54 * time.Second, 0},
		{"1.0000000019\r\n .25", "1.0000000019", ".25", time.Second + 1, 250 * time.Millisecond},
		{"99999999999999999999.5 1", "99999999999999999999.5", "1", -1, time.Second},
		{"9223372035 9223372036", "9223372035", "9223372036", 9223372035 * time.Second, -1},
	} {
		var v Timestamp
		n, err := v.Parse([]byte(c.in))
		if err != nil || n != len(c.in) || string(v.Value()) != c.value || string(v.DelayBytes()) != c.delay {
			t.Errorf("%q: %v at %d: %q %q", c.in, err, n, v.Value(), v.DelayBytes())
		}
		if d, ok := v.Time(); ok != (c.time >= 0) || ok && d != c.time {
			t.Errorf("%q: time %v, %t", c.in, d, ok)
		}
		if d, ok := v.Delay(); ok != (c.wait >= 0) || ok && d != c.wait {
			t.Errorf("%q: delay %v, %t", c.in, d, ok)
		}
	}
	for in, n := range map[string]int{"": 0, ".5": 0, "-1": 0, "1 2 3": 4, "1.2.3": 3, "1 x": 2, "1,2": 1, "1\r\n2": 1} {
		var v Timestamp
		if got, err := v.Parse([]byte(in)); err == nil || got != n || v.Value() != nil {
			t.Errorf("%q: %v at %d, want an error at %d", in, err, got, n)
		}
	}
}

// TestQ holds every number of up to three decimals and its neighbours against
// arithmetic.
func TestQ(t *testing.T) {
	for q := range 2000 {
		for digits := range 5 {
			s := fmt.Sprintf("%.*f", digits, float64(q)/1000)
			r, _ := new(big.Rat).SetString(s)
			r.Mul(r, big.NewRat(1000, 1))
			want, ok := 1000, false
			if digits <= 3 && r.Cmp(big.NewRat(1000, 1)) <= 0 {
				want, ok = int(r.Num().Int64()), true
			}
			if got, gotOK := ParseQ([]byte(s)); got != want || gotOK != ok {
				t.Fatalf("%s: %d, %t", s, got, gotOK)
			}
		}
	}
}

// TestUintAgainstBig holds ParseUint against math/big.
func TestUintAgainstBig(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 31))
	for range 20000 {
		limit := rnd.Uint64() >> rnd.IntN(64)
		b := make([]byte, 1+rnd.IntN(22))
		for i := range b {
			b[i] = byte('0' + rnd.IntN(10))
		}
		if rnd.IntN(2) == 0 {
			b = fmt.Append(nil, limit+uint64(rnd.IntN(3))-1)
		}
		big, _ := new(big.Int).SetString(string(b), 10)
		v, n, err := ParseUint(b, limit)
		if big.IsUint64() && big.Uint64() <= limit {
			if err != nil || v != big.Uint64() || n != len(b) {
				t.Fatalf("%s up to %d: %d, %v at %d", b, limit, v, err, n)
			}
		} else if err != sipwire.ErrRange || v != limit || n != 0 {
			t.Fatalf("%s up to %d: %d, %v at %d", b, limit, v, err, n)
		}
	}
}

func FuzzNumbers(f *testing.F) {
	for _, s := range []string{"1800;refresher=uac", "120 (a (b) c);duration=1", "54.3 0.5", "4294967296", " 70 ", "x"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var r DeltaSeconds
		n, err := r.ParseComment(b)
		CheckParse(t, b, n, err, r.Bytes() != nil)
		var p DeltaSeconds
		m, perr := p.Parse(b)
		CheckParse(t, b, m, perr, p.Bytes() != nil)
		if perr == nil && (err != nil || sprint(p) != sprint(r)) || err == nil && r.Comment() == nil && perr != nil {
			t.Fatalf("%q: %v with a comment allowed, %v without", b, err, perr)
		}
		var s Timestamp
		n, err = s.Parse(b)
		CheckParse(t, b, n, err, s.Value() != nil)
		s.Time()
		s.Delay()
		v, n, err := ParseUint(b, 1<<32-1)
		CheckParse(t, b, n, err, err == nil)
		if e, _, eerr := ParseExpires(b); (eerr == nil) != (err == nil || err == sipwire.ErrRange) || eerr == nil && uint64(e) != v || eerr != nil && e != 3600 {
			t.Fatalf("%q: Expires %d, %v; number %d, %v", b, e, eerr, v, err)
		}
	})
}
