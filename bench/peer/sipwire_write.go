package peer

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// writes holds what the writing tasks of sipwire keep from one message to the
// next: buffers, and the values that every message gets.
type writes struct {
	edit codec.Edit
	dst  []byte
}

var (
	ownVia = codec.ViaSpec{
		Transport: header.TransportUDP, Host: []byte(proxyHost), Port: proxyPort, Branch: []byte(proxyBranch),
	}
	okReply = compose.Reply{Status: 200, Tag: []byte(replyTag)}
)

func (s *sipwire) Output(t Task, msg []byte) (out []byte, err error) {
	out = s.dst[:0]
	switch t {
	case Encode:
		if err = s.m.Parse(msg); err == nil {
			out, err = s.encode(out, &s.m)
		}
	case Rewrite:
		if err = s.m.Parse(msg); err == nil {
			out, err = s.proxy(out)
		}
	case Proxy:
		var f Fields[[]byte]
		if err = s.read(msg, &f); err == nil {
			out, err = s.proxy(out)
		}
	case Reply:
		if err = s.m.Parse(msg); err == nil {
			out, err = compose.AppendReply(out, &s.m, &okReply)
		}
	case Stamp:
		if err = s.m.Parse(msg); err == nil {
			var st *stamper
			if st, err = newStamper(&s.m); err == nil {
				out, err = st.next(out, new(identifiers))
			}
		}
	default:
		return nil, ErrNotDone
	}
	s.dst = out[:0]
	return out, err
}

// encode writes a message that is held: its bytes are its parsed form, so
// that this is a copy.
func (s *sipwire) encode(dst []byte, m *codec.Message) ([]byte, error) {
	if err := s.edit.Begin(m); err != nil {
		return dst, err
	}
	return s.edit.AppendTo(dst)
}

// proxy writes the message that was read as a proxy sends it on. The errors of
// single edits come out of AppendTo.
func (s *sipwire) proxy(dst []byte) ([]byte, error) {
	e := &s.edit
	_ = e.Begin(&s.m)
	if s.m.IsResponse() {
		_ = e.PopVia()
		return e.AppendTo(dst)
	}
	_ = e.PushVia(&ownVia)
	_ = e.DecrementMaxForwards()
	if s.m.Has(header.IDRoute) {
		_ = e.PopRoute()
	}
	return e.AppendTo(dst)
}

// held parses every message of a set into a Message of its own.
func held(set [][]byte) ([]*codec.Message, error) {
	all := make([]*codec.Message, len(set))
	for i, b := range set {
		all[i] = new(codec.Message)
		if err := all[i].Parse(b); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// prepareWrite is Prepare for the tasks that write.
func (s *sipwire) prepareWrite(t Task, set [][]byte) (Batch, error) {
	switch t {
	case Rewrite, Proxy, Reply:
		return outputs(s, t, set), nil
	case Encode:
		ready, err := held(set)
		if err != nil {
			return nil, err
		}
		return func(picks []int32) (sum uint64) {
			for _, i := range picks {
				out, _ := s.encode(s.dst[:0], ready[i])
				s.dst = out[:0]
				sum += uint64(len(out))
			}
			return sum
		}, nil
	case Stamp:
		return s.prepareStamp(set)
	}
	return nil, ErrNotDone
}
