package peer

import (
	"net/netip"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// writes holds what the writing tasks of sipwire keep from one message to the
// next: buffers, and the values that every message gets.
type writes struct {
	edit  codec.Edit
	reply compose.Reply // with a source; okReply is shared by all workers
	dst   []byte
}

var (
	ownVia = codec.ViaSpec{
		Transport: header.TransportUDP, Host: []byte(proxyHost), Port: proxyPort, Branch: []byte(proxyBranch),
	}
	okReply = compose.Reply{Status: 200, Tag: []byte(replyTag)}
)

func (s *sipwire) Output(t Task, msg []byte, src netip.AddrPort) (out []byte, err error) {
	out = s.dst[:0]
	switch t {
	case Encode:
		if err = s.m.Parse(msg); err == nil {
			out, err = s.encode(out, s.m)
		}
	case Rewrite, RewriteReceived:
		if err = s.m.Parse(msg); err == nil {
			out, err = s.proxy(out, t, src)
		}
	case Proxy, ProxyReceived:
		var f Fields[[]byte]
		if err = s.read(msg, &f); err == nil {
			out, err = s.proxy(out, t, src)
		}
	case Reply:
		if err = s.m.Parse(msg); err == nil {
			out, err = compose.AppendReply(out, s.m, &okReply)
		}
	case ReplyReceived:
		if err = s.m.Parse(msg); err == nil {
			s.reply = okReply
			s.reply.Source = src
			out, err = compose.AppendReply(out, s.m, &s.reply)
		}
	case Stamp:
		if err = s.m.Parse(msg); err == nil {
			var st *stamper
			if st, err = newStamper(s.m); err == nil {
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
func (s *sipwire) proxy(dst []byte, t Task, src netip.AddrPort) ([]byte, error) {
	e := &s.edit
	_ = e.Begin(s.m)
	if s.m.IsResponse() {
		_ = e.PopVia()
		return e.AppendTo(dst)
	}
	if t.notes() {
		_ = e.SetReceived(src)
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
	case Rewrite, RewriteReceived, Proxy, ProxyReceived, Reply, ReplyReceived:
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
