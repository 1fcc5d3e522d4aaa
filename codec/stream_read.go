package codec

import (
	"errors"
	"io"
	"os"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
)

// DefaultMaxIdle is how long a message on a stream may take: as long as a
// transaction waits for its answer (RFC 3261, 17.1.1.2: Timer B).
const DefaultMaxIdle = 32 * time.Second

// The room that one read gets, in bytes.
const (
	minRead = 1 << 10  // what an idle connection costs
	maxRead = 64 << 10 // worked up to while reads fill what they get
)

// ReadNext is Next that reads from r when it needs more. It returns io.EOF
// when r ends between messages, ErrIncomplete when r ends inside one, ErrIdle
// when MaxIdle passes inside one, and the error of r otherwise. Between
// messages deadlines are the caller's; unless MaxIdle is negative, ReadNext sets
// r's inside a message and takes it away behind it.
func (s *Stream) ReadNext(r io.Reader, m *Message) (StreamEvent, error) {
	for empty := 0; ; {
		e, err := s.Next(m)
		if e != NeedMore || err != nil {
			return e, err
		}
		if err := s.setDeadline(r); err != nil {
			return NeedMore, err
		}
		space := s.room(max(s.want, minRead))
		n, err := r.Read(space)
		s.hi += n
		if n == len(space) {
			s.want = min(2*n, maxRead)
		}
		switch {
		case n > 0:
			empty = 0
		case err != nil:
			return NeedMore, s.readError(err)
		default:
			if empty++; empty == 100 {
				return NeedMore, io.ErrNoProgress
			}
		}
	}
}

// setDeadline bounds the read that comes, when a message has begun and may
// not take for ever.
func (s *Stream) setDeadline(r io.Reader) error {
	idle := s.MaxIdle
	if idle == 0 {
		idle = DefaultMaxIdle
	}
	if idle < 0 || s.Pending() == 0 && s.deadline.IsZero() {
		return nil
	}
	c, ok := r.(interface{ SetReadDeadline(time.Time) error })
	switch {
	case !ok:
		return nil
	case s.Pending() == 0:
		s.deadline, s.timed = time.Time{}, false
	case !s.timed:
		s.deadline, s.timed = time.Now().Add(idle), true
	default:
		return nil
	}
	if err := c.SetReadDeadline(s.deadline); !errors.Is(err, os.ErrNoDeadline) {
		return err
	}
	return nil // a file, which does not keep its reader waiting
}

// readError ends a read that gave an error and no bytes.
func (s *Stream) readError(err error) error {
	switch {
	case err == io.EOF:
		if end := s.End(); end != nil {
			return end
		}
		s.release()
	case s.timed && errors.Is(err, os.ErrDeadlineExceeded):
		s.lose(sipwire.ErrIdle, header.IDOther, s.Pending())
		return s.lost.Code
	default:
		s.idle()
	}
	return err
}

// idle gives an empty buffer back while nothing is pending.
func (s *Stream) idle() {
	if s.lo == s.hi {
		s.release()
	}
}
