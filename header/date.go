package header

import (
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/value"
)

// ParseDate reads b, the whole of which must be a SIP-date (RFC 3261, 20.17 and
// 25.1): wkday "," SP 2DIGIT SP month SP 4DIGIT SP time SP "GMT". No other time
// zone and no other form is accepted, and "an RFC 1123 date is case-sensitive"
// (20.17). The day must exist in its month; the name of the weekday is not checked
// against it. Without an error n is len(b). With one, a sipwire.Code, n is the
// offset of the byte that is wrong.
func ParseDate(b []byte) (t time.Time, n int, err error) {
	lo := value.SkipLWS(b, 0)
	d := dateReader{b: b, i: lo}
	if lo == len(b) {
		return t, lo, sipwire.ErrEmpty
	}
	d.name("MonTueWedThuFriSatSun")
	d.literal(", ")
	day := d.digits(2, 1, 31)
	d.literal(" ")
	month := d.name("JanFebMarAprMayJunJulAugSepOctNovDec") + 1
	d.literal(" ")
	year := d.digits(4, 0, 9999)
	d.literal(" ")
	hour := d.digits(2, 0, 23)
	d.literal(":")
	minute := d.digits(2, 0, 59)
	d.literal(":")
	second := d.digits(2, 0, 59) // time is 00:00:00 to 23:59:59 (25.1)
	d.literal(" GMT")
	if d.bad {
		return t, d.i, sipwire.ErrDate
	}
	t = time.Date(year, time.Month(month), day, hour, minute, second, 0, time.UTC)
	if time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return time.Time{}, lo + len("Mon, "), sipwire.ErrDate
	}
	if n = value.SkipLWS(b, d.i); n < len(b) {
		return time.Time{}, n, sipwire.ErrDate
	}
	return t, n, nil
}

// AppendDate appends t as a SIP-date, in GMT (RFC 3261, 20.17). A year there that
// does not have four digits, below 0 or above 9999, is ErrDate, with dst as it was.
func AppendDate(dst []byte, t time.Time) ([]byte, error) {
	t = t.UTC()
	if year := t.Year(); year < 0 || year > 9999 {
		return dst, sipwire.ErrDate
	}
	return t.AppendFormat(dst, "Mon, 02 Jan 2006 15:04:05 GMT"), nil
}

// dateReader reads a date piece by piece. It stops at the first piece that is
// wrong.
type dateReader struct {
	b   []byte
	i   int
	bad bool
}

// literal reads s.
func (d *dateReader) literal(s string) {
	if d.bad = d.bad || len(d.b)-d.i < len(s) || string(d.b[d.i:d.i+len(s)]) != s; !d.bad {
		d.i += len(s)
	}
}

// name reads one of the names of three letters in set and returns its index.
func (d *dateReader) name(set string) int {
	if d.bad = d.bad || len(d.b)-d.i < 3; d.bad {
		return 0
	}
	for k := 0; k < len(set); k += 3 {
		if string(d.b[d.i:d.i+3]) == set[k:k+3] {
			d.i += 3
			return k / 3
		}
	}
	d.bad = true
	return 0
}

// digits reads n digits as a number from lo to hi.
func (d *dateReader) digits(n, lo, hi int) (v int) {
	if d.bad = d.bad || len(d.b)-d.i < n || abnf.Span(d.b[:d.i+n], d.i, abnf.Digit) != d.i+n; d.bad {
		return 0
	}
	for _, c := range d.b[d.i : d.i+n] {
		v = v*10 + int(c-'0')
	}
	if d.bad = v < lo || v > hi; d.bad {
		return 0
	}
	d.i += n
	return v
}
