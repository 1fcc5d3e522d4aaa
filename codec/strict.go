package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/lenient"
	"github.com/sipwire/sipwire/uri"
)

// What the readers of values tolerate is refused here, behind them, so that a
// parser that is not strict pays nothing for it.

// strictly is the verdict of a strict parser on a value of the header that has
// parsed, and on its parameters: none may be given twice (RFC 3261, 7.3.1), and
// nothing is tolerated. n is the offset in b of what is wrong.
func strictly(id header.ID, b []byte, p header.ParamList) (n int, err error) {
	if _, twice := p.Duplicate(); twice {
		return 0, sipwire.ErrParamTwice
	}
	n, code := lenient.First(id, b)
	return n, code.Err()
}

// strictURI is strictly for a URI.
func strictURI(u *uri.URI) (n int, err error) {
	if _, twice := u.DuplicateParam(); twice {
		return 0, sipwire.ErrParamTwice
	}
	n, code := lenient.FirstOfURI(u.Bytes())
	return n, code.Err()
}

// strictFrom is strictly for the value that begins at field[i]. Without an error it
// returns the end of the value, as it was given.
func strictFrom(id header.ID, field []byte, i, end int, p header.ParamList) (n int, err error) {
	if n, err = strictly(id, field[i:end:end], p); err != nil {
		return i + n, err
	}
	return end, nil
}
