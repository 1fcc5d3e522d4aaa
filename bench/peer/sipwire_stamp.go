package peer

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/stamp"
)

// A stamper writes one request again and again with new identifiers: the
// request as a stamp.Template with four variables.
type stamper struct {
	stamp                   stamp.Stamp
	branch, tag, call, cseq stamp.Var
}

// newStamper makes a template of a request: its own identifiers become
// variables.
func newStamper(m *codec.Message) (*stamper, error) {
	via, err := m.TopVia()
	if err != nil {
		return nil, err
	}
	from, err := m.From()
	if err != nil {
		return nil, err
	}
	call, err := m.CallID()
	if err != nil {
		return nil, err
	}
	cseq, err := m.CSeq()
	if err != nil {
		return nil, err
	}
	var e codec.Edit
	_ = e.Begin(m)
	for _, v := range []struct {
		id   header.ID
		old  []byte
		name string
	}{
		{header.IDVia, via.Branch(), "{{branch}}"},
		{header.IDFrom, from.Tag(), "{{tag}}"},
		{header.IDCallID, call, "{{call-id}}"},
		{header.IDCSeq, strconv.AppendUint(nil, uint64(cseq.Number()), 10), "{{cseq}}"},
	} {
		value := m.Value(v.id)
		at := bytes.LastIndex(value, v.old)
		if v.id == header.IDVia {
			at = bytes.Index(value, v.old) // of the first of several
		}
		if len(v.old) == 0 || at < 0 {
			return nil, errors.New("stamp: an identifier is missing")
		}
		// Folds cannot be put in; the template would undo them anyway.
		var b []byte
		b = append(append(append(b, value[:at]...), v.name...), value[at+len(v.old):]...)
		f := codec.Field{Value: b, Folded: true}
		_ = e.SetAt(m.Index(v.id), f.AppendValue(nil))
	}
	text, err := e.AppendTo(nil)
	if err != nil {
		return nil, err
	}
	t, err := stamp.Compile(text)
	if err != nil {
		return nil, err
	}
	s := new(stamper)
	s.stamp.Begin(t)
	s.branch, _ = t.Var("branch")
	s.tag, _ = t.Var("tag")
	s.call, _ = t.Var("call-id")
	s.cseq, _ = t.Var("cseq")
	return s, nil
}

// next appends the request with the next identifiers. What does not fit comes
// out of AppendTo.
func (s *stamper) next(dst []byte, id *identifiers) ([]byte, error) {
	id.next()
	var number [10]byte
	_ = s.stamp.Set(s.branch, id.branch[:])
	_ = s.stamp.Set(s.tag, id.tag[:])
	_ = s.stamp.Set(s.call, id.call[:])
	_ = s.stamp.Set(s.cseq, strconv.AppendUint(number[:0], uint64(id.cseq), 10))
	return s.stamp.AppendTo(dst)
}

// prepareStamp is Prepare for Stamp.
func (s *sipwire) prepareStamp(set [][]byte) (Batch, error) {
	ready := make([]*stamper, len(set))
	for i, b := range set {
		if err := s.m.Parse(b); err != nil {
			return nil, err
		}
		st, err := newStamper(s.m)
		if err != nil {
			return nil, err
		}
		ready[i] = st
	}
	var id identifiers
	return func(picks []int32) (sum uint64) {
		for _, i := range picks {
			out, _ := ready[i].next(s.dst[:0], &id)
			s.dst = out[:0]
			sum += uint64(len(out))
		}
		return sum
	}, nil
}
