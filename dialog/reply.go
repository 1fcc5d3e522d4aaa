package dialog

import (
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/transaction"
)

// Reply answers a request, as transaction.Layer.Reply does, whose errors it
// has. A response above 100 and below 300 to an INVITE makes a dialog, or
// confirms it, and so does a 2xx to SUBSCRIBE and REFER; the handle is that of
// the dialog then, or of the one that the request came in, else 0. A 2xx to an
// INVITE is repeated until its ACK comes. Contact, and Session-Expires in a 2xx
// to INVITE and UPDATE, are added unless they are among the fields.
//
// A request whose Contact or Record-Route cannot be used for a dialog has the
// error of that, and one beyond the limits ErrLimit: it is not answered then.
func (l *Layer) Reply(tx transaction.Handle, req *codec.Message, r *compose.Reply, now time.Duration) (Handle, error) {
	return l.reply(tx, req, r, now, false)
}

// ReplyReliably is Reply with a provisional response that is repeated until its
// PRACK comes: see transaction.Layer.ReplyReliably.
func (l *Layer) ReplyReliably(tx transaction.Handle, req *codec.Message, r *compose.Reply, now time.Duration) (Handle, error) {
	return l.reply(tx, req, r, now, true)
}

func (l *Layer) reply(tx transaction.Handle, req *codec.Message, r *compose.Reply, now time.Duration, reliably bool) (Handle, error) {
	l.clock(now)
	if l.tx.State(tx) == transaction.Terminated {
		return 0, sipwire.ErrStale
	}
	if req == nil {
		// A copy: the answer ends what the transaction has kept.
		l.kept = append(l.kept[:0], l.tx.RequestBytes(tx)...)
		if req = &l.invite; req.Parse(l.kept) != nil {
			return 0, sipwire.ErrState
		}
	}
	full := *r
	method := req.Method()
	if !req.InDialog() && full.Tag == nil {
		l.tag = l.tx.AppendTag(l.tag[:0], tx)
		full.Tag = l.tag
	}
	i, d, fresh, err := l.dialogOf(tx, req, &full, method)
	if err != nil {
		return 0, err
	}
	positive := full.Status > 100 && full.Status < 300
	l.fields = append(l.fields[:0], full.Fields...)
	if positive && (method.IsTargetRefresh() || method.CreatesDialog()) && l.config.Contact != nil && !has(full.Fields, header.IDContact) {
		l.fields = append(l.fields, compose.HeaderField{ID: header.IDContact, Value: l.config.Contact})
	}
	var session interval
	if d != nil && full.Status/100 == 2 && (method == header.MethodINVITE || method == header.MethodUPDATE) {
		session = l.negotiate(req, &full)
		l.fields = l.appendInterval(l.fields, session, full.Fields)
	}
	full.Fields = l.fields
	if reliably {
		err = l.tx.ReplyReliably(tx, req, &full, now)
	} else {
		err = l.tx.Reply(tx, req, &full, now)
	}
	switch {
	case err != nil:
		if fresh {
			l.end(i, d)
		}
		return 0, err
	case full.Status >= 300 && method == header.MethodINVITE && !req.InDialog():
		l.endForks(tx)
		return 0, nil
	case d == nil:
		return 0, nil
	}
	h := l.handle(i)
	if full.Status/100 == 2 {
		l.accepted(i, d, tx, req, &full, method, session)
	}
	return h, nil
}

// dialogOf returns the dialog that a response belongs to, nil for none, and
// makes it when it has to.
func (l *Layer) dialogOf(tx transaction.Handle, req *codec.Message, r *compose.Reply, method header.Method) (i uint32, d *dialog, fresh bool, err error) {
	if req.InDialog() {
		hash, ok := l.keyOf(req)
		if i, d = l.find(hash); !ok || d == nil {
			return 0, nil, false, nil
		}
		return i, d, false, nil
	}
	least := 200
	if method == header.MethodINVITE {
		least = 101
	}
	if r.Status < least || r.Status >= 300 || method != header.MethodINVITE && method != header.MethodSUBSCRIBE && method != header.MethodREFER {
		return 0, nil, false, nil
	}
	from, err := req.From()
	if err != nil {
		return 0, nil, false, err
	}
	callID, err := req.CallID()
	if callID == nil {
		return 0, nil, false, err
	}
	hash := l.setKey(callID, r.Tag, from.Tag())
	if i, d = l.find(hash); d != nil {
		return i, d, false, nil
	}
	cseq, err := req.CSeq()
	if err != nil {
		return 0, nil, false, err
	}
	i, d, code := l.begin(hash, 0, tx)
	if code != 0 {
		return 0, nil, false, code
	}
	if err := l.remember(d, req, r.Tag); err != nil {
		l.end(i, d)
		return 0, nil, false, err
	}
	d.state = Early
	d.remoteSeq = cseq.Number()
	d.flags |= hasRemote
	if method == header.MethodINVITE {
		d.flags |= hasSession
		d.remote = tx
	}
	if from, ok := l.tx.Source(tx); ok {
		d.setAddr(l, from)
	}
	return i, d, true, nil
}

// accepted is what follows a 2xx that was sent.
func (l *Layer) accepted(i uint32, d *dialog, tx transaction.Handle, req *codec.Message, r *compose.Reply, method header.Method, session interval) {
	if d.state == Early {
		d.state = Confirmed
	}
	switch method {
	case header.MethodINVITE:
		cseq, _ := req.CSeq() // the transaction has read it
		d.answer, d.answerSeq = tx, cseq.Number()
		d.interval = l.t1
		d.repeat, d.noACK = l.ms()+l.t1, l.ms()+64*l.t1
		l.setInterval(d, session)
	case header.MethodUPDATE:
		l.setInterval(d, session)
	case header.MethodSUBSCRIBE, header.MethodREFER:
		seconds, known := expiresOf(req, nil)
		if v := fieldValue(r.Fields, header.IDExpires); v != nil {
			if s, _, err := header.ParseExpires(v); err == nil {
				seconds, known = s, true
			}
		}
		cseq, _ := req.CSeq() // the transaction has read it
		l.subscribed(i, d, method, cseq.Number(), req.Value(header.IDEvent), seconds, known)
	}
	l.arm(i, d)
}
