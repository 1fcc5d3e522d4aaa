package dialog

import (
	"bytes"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/transaction"
)

// Send sends a request outside of a dialog, as transaction.Layer.Request does.
// user must be below 2^63; it comes back with the events of the request and of
// the dialogs that it makes.
func (l *Layer) Send(b []byte, to transaction.Addr, user uint64, now time.Duration) (transaction.Handle, error) {
	l.clock(now)
	tx, err := l.tx.Request(b, to, user&^ofDialog, now)
	if err == nil && (bytes.HasPrefix(b, prefixSUBSCRIBE) || bytes.HasPrefix(b, prefixREFER)) && l.invite.Parse(b) == nil {
		l.await(user)
	}
	return tx, err
}

var prefixSUBSCRIBE, prefixREFER = []byte("SUBSCRIBE "), []byte("REFER ")

// Request sends a request within a dialog (RFC 3261, 12.2.1.1). Of r, Via and
// CSeq are made here, and Contact and Session-Expires unless they are among the
// fields; r is not changed. It goes to an address that the caller has found for
// [Layer.NextHop], or, when to is zero, to where the last one went or came
// from.
//
// A stale handle is ErrStale. An INVITE while another one is open (14.1), and
// anything behind a BYE, is ErrState; an ACK is for [Layer.Ack]. Other errors
// are those of compose.AppendRequest and transaction.Layer.Request.
//
// A request that was answered with a 401 or 407 is sent again with credentials
// among the fields. A BYE too, and the NOTIFY that ends the last subscription:
// their dialog does not end with such a response, but 64*T1 later, or with
// [Layer.End].
func (l *Layer) Request(h Handle, r *compose.Request, to transaction.Addr, now time.Duration) (transaction.Handle, error) {
	return l.send(h, r, nil, to, now)
}

// Prack sends the PRACK for a reliable provisional response (RFC 3262, 4). Of
// r, which may be nil, Method is not read; all else is as for [Layer.Request].
func (l *Layer) Prack(h Handle, response *codec.Message, r *compose.Request, to transaction.Addr, now time.Duration) (transaction.Handle, error) {
	return l.send(h, r, response, to, now)
}

func (l *Layer) send(h Handle, r *compose.Request, response *codec.Message, to transaction.Addr, now time.Duration) (transaction.Handle, error) {
	l.clock(now)
	i, d := l.lookup(h)
	if d == nil {
		return 0, sipwire.ErrStale
	}
	var full compose.Request
	if r != nil {
		full = *r
	}
	method := header.LookupMethod(full.Method)
	if response != nil {
		method = header.MethodPRACK
	}
	switch {
	case d.state == Ending && !(d.is(challenged) && (method == header.MethodBYE || method == header.MethodNOTIFY)),
		method == header.MethodACK, method == header.MethodCANCEL,
		method == header.MethodINVITE && (l.isOpen(d.local) || l.tx.State(d.remote) == transaction.Proceeding || d.state == Early):
		return 0, sipwire.ErrState
	}
	if err := l.load(d); err != nil {
		return 0, err
	}
	to = d.destination(l, to)
	via := l.via(to)
	full.Via, full.CSeq = &via, d.localSeq+1
	full.Fields = l.addFields(d, method, full.Fields)
	var err error
	if response != nil {
		l.made, err = compose.AppendPRACK(l.made[:0], &l.routes, response, &full)
	} else {
		l.made, err = compose.AppendRequest(l.made[:0], &l.routes, &full)
	}
	if err != nil {
		return 0, err
	}
	tx, err := l.tx.Request(l.made, to, ofDialog|uint64(h), now)
	if err != nil {
		return 0, err
	}
	d.localSeq++
	d.setAddr(l, to)
	if d.is(challenged) {
		// Whatever it says, the dialog ends with its response.
		d.flags &^= challenged
		d.ending, d.early = tx, 0
		l.arm(i, d)
	}
	switch method {
	case header.MethodINVITE:
		d.local = tx
	case header.MethodBYE:
		d.endSession()
		if d.usage == 0 {
			d.state, d.ending = Ending, tx // until its response (RFC 3261, 15.1.1)
		}
		l.arm(i, d)
	case header.MethodNOTIFY:
		l.notifying(i, d, tx, full.Fields)
	}
	return tx, nil
}

// notifying does what a NOTIFY sent here says of its subscription. With the
// last usage the dialog ends, when the response comes.
func (l *Layer) notifying(i uint32, d *dialog, tx transaction.Handle, fields []compose.HeaderField) {
	var s ext.SubscriptionState
	if _, err := s.Parse(fieldValue(fields, header.IDSubscriptionState)); err != nil {
		return
	}
	if l.stated(i, d, &s, fieldValue(fields, header.IDEvent)) && !d.is(hasSession) && d.usage == 0 {
		d.state, d.ending = Ending, tx
	}
	l.arm(i, d)
}

// destination returns where a request goes.
func (d *dialog) destination(l *Layer, to transaction.Addr) transaction.Addr {
	if to.IP.IsValid() || to.Flow != 0 {
		return to
	}
	return d.addr(l)
}

// via returns the Via of a new request.
func (l *Layer) via(to transaction.Addr) codec.ViaSpec {
	v := l.config.Via
	v.Transport = to.Transport
	l.branch = compose.AppendBranch(l.branch[:0])
	v.Branch = l.branch
	return v
}

// addFields adds Contact and the session interval to those of the caller.
func (l *Layer) addFields(d *dialog, method header.Method, fields []compose.HeaderField) []compose.HeaderField {
	all := append(l.fields[:0], fields...)
	if (method.IsTargetRefresh() || method.CreatesDialog()) && l.config.Contact != nil && !has(fields, header.IDContact) {
		all = append(all, compose.HeaderField{ID: header.IDContact, Value: l.config.Contact})
	}
	all = l.addInterval(d, method, all)
	l.fields = all
	return all
}

// Ack acknowledges the 2xx to the last INVITE that was sent in the dialog (RFC
// 3261, 13.2.2.4), and keeps the ACK for repeats of the 2xx. r may be nil; of
// it, the body and fields are read. Without a 2xx, or later than 64*T1 after
// it, it is ErrState; all else is as for [Layer.Request].
func (l *Layer) Ack(h Handle, r *compose.Request, to transaction.Addr, now time.Duration) error {
	l.clock(now)
	i, d := l.lookup(h)
	if d == nil {
		return sipwire.ErrStale
	}
	if l.tx.State(d.local) != transaction.Accepted {
		return sipwire.ErrState
	}
	if err := l.invite.Parse(l.tx.RequestBytes(d.local)); err != nil {
		return sipwire.ErrState
	}
	cseq, err := l.invite.CSeq()
	if err != nil {
		return err
	}
	if err := l.load(d); err != nil {
		return err
	}
	var full compose.Request
	if r != nil {
		full = *r
	}
	to = d.destination(l, to)
	via := l.via(to)
	full.Via = &via
	if l.made, err = compose.AppendACK2xx(l.made[:0], &l.routes, &l.invite, &full); err != nil {
		return err
	}
	d.setAddr(l, to)
	d.ackSeq, d.forget = cseq.Number(), l.ms()+64*l.t1
	if !l.keep(&d.ack, &d.ackLen, l.made) {
		// Without it the 2xx comes again and asks for another.
		l.mem.Free(d.ack)
		d.ack, d.ackLen, d.forget = 0, 0, 0
	}
	l.arm(i, d)
	l.out.Send(0, to, l.made)
	return nil
}

// End ends a dialog without a message, with an INVITE or subscription that it
// has: for one that cannot send its BYE, say for want of credentials. It reports
// false when the handle is stale. What of its requests is open goes on as a
// transaction.
func (l *Layer) End(h Handle) bool {
	i, d := l.lookup(h)
	if d == nil {
		return false
	}
	l.end(i, d)
	return true
}

// Cancel cancels an INVITE sent by [Layer.Send] or [Layer.Request]: see
// transaction.Layer.Cancel.
func (l *Layer) Cancel(tx transaction.Handle, now time.Duration) error {
	l.clock(now)
	return l.tx.Cancel(tx, now)
}
