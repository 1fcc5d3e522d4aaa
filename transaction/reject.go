package transaction

import (
	"encoding/binary"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/siphash"
)

// Answers without a transaction.

// refuse answers a request beyond the limits.
func (l *Layer) refuse(ev *Event, m *codec.Message, from *Addr, code sipwire.Code) {
	l.stats.Refused++
	if l.config.Refuse == Busy {
		l.fields = append(l.fields[:0], compose.HeaderField{ID: header.IDRetryAfter,
			Value: abnf.AppendUint(l.digits[:0], uint64(l.config.RetryAfter/time.Second))})
		_ = l.reject(m, *from, &compose.Reply{Status: 503, Fields: l.fields}, l.key) // it is a request with a Via
	}
	ev.Kind, ev.Code, ev.Method = Refused, code, m.Method()
}

// Reject answers a request that has no transaction, say one of an event of kind
// [Malformed], whether it parsed or not: nothing of it is kept, and a repeat of
// it is answered anew. m is as [Layer.Receive] was given it. Of r, Source is set
// here, and Tag too when it is nil: the same for each repeat. r is not changed.
//
// Errors are those of [compose.AppendReply]: a request without Via, From, To,
// Call-ID or CSeq cannot be answered (ErrMissing), nor what is no request.
func (l *Layer) Reject(m *codec.Message, from Addr, r *compose.Reply) error {
	return l.reject(m, from, r, m.Bytes())
}

// reject is Reject with what the tag is made of: by a hash that gives no clue to
// those of the tables.
func (l *Layer) reject(m *codec.Message, from Addr, r *compose.Reply, repeat []byte) error {
	full := *r
	full.Source = from.IP
	var tag [16]byte
	if full.Tag == nil {
		hash := siphash.New(&l.tagKey)
		hash.Write(repeat)
		sum := hash.Sum()
		full.Tag = appendTag(tag[:0], binary.LittleEndian.Uint64(sum[:]))
	}
	b, err := compose.AppendReply(l.made[:0], m, &full)
	if err != nil {
		return err
	}
	l.made = b
	if via, err := m.TopVia(); err == nil {
		from = replyAddr(via, &from)
	}
	l.out.Send(0, from, b)
	return nil
}
