package engine

import (
	"bytes"
	"hash/maphash"
	"strconv"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
	"github.com/sipwire/sipwire/codec"
)

// A call may have several dialogs, each with a Call-ID of its own. What belongs
// to the dialog of the message that is handled is in the fields of the call;
// what belongs to the others is kept here.

// A dialogState is what a call keeps for one dialog.
type dialogState struct {
	id                             []byte // Call-ID; that of dialog 1 is the call's
	cseq                           uint32
	peerTag, recv, routes, nextURL []byte
}

// A dialogRef is a dialog of a call.
type dialogRef struct {
	call   uint32
	number int
}

// turnTo makes a dialog the one whose message is handled.
func (e *Engine) turnTo(c *call, number int) {
	if e.cfg.Program.Dialogs == 0 || number == c.dialog {
		return
	}
	c.swap()
	c.dialog = number
	c.swap()
}

// swap exchanges the fields of the call with what is kept for its dialog.
func (c *call) swap() {
	d := &c.dialogs[c.dialog-1]
	c.cseq, d.cseq = d.cseq, c.cseq
	c.peerTag, d.peerTag = d.peerTag, c.peerTag
	c.recv, d.recv = d.recv, c.recv
	c.routes, d.routes = d.routes, c.routes
	c.nextURL, d.nextURL = d.nextURL, c.nextURL
}

// prepareDialogs makes room for the dialogs of a call.
func (e *Engine) prepareDialogs(c *call) {
	c.dialog = 1
	n := e.cfg.Program.Dialogs
	if n == 0 {
		return
	}
	if cap(c.dialogs) < n {
		c.dialogs = make([]dialogState, n)
	}
	c.dialogs = c.dialogs[:n]
	for i := range c.dialogs { // their buffers stay with the place of the call
		d := &c.dialogs[i]
		*d = dialogState{
			cseq: e.cfg.BaseCSeq, id: d.id[:0], peerTag: d.peerTag[:0], recv: d.recv[:0], routes: d.routes[:0], nextURL: d.nextURL[:0],
		}
	}
}

// dialogID returns the Call-ID of the present dialog of a call, which is made
// when a message has it for the first time.
func (e *Engine) dialogID(c *call) []byte {
	if c.dialog <= 1 {
		return c.callID
	}
	d := &c.dialogs[c.dialog-1]
	if len(d.id) == 0 {
		d.id = strconv.AppendInt(d.id, int64(c.dialog), 10)
		d.id = append(append(d.id, '-'), c.callID...)
		e.dialogs[maphash.Bytes(e.seed, d.id)] = dialogRef{c.place, c.dialog}
	}
	return d.id
}

// dropDialogs forgets the dialogs of a call that has ended.
func (e *Engine) dropDialogs(c *call) {
	for i := range c.dialogs {
		if d := &c.dialogs[i]; len(d.id) > 0 {
			delete(e.dialogs, maphash.Bytes(e.seed, d.id))
		}
	}
}

// findDialog returns the call that has the Call-ID in one of its dialogs, or that
// awaits a request which begins one.
func (e *Engine) findDialog(hash uint64, callID []byte, m *codec.Message) (uint32, *call, int) {
	if ref, ok := e.dialogs[hash]; ok {
		if c := e.calls.at(ref.call); bytes.Equal(c.dialogs[ref.number-1].id, callID) {
			return ref.call, c, ref.number
		}
	}
	if !e.mayBegin(m) {
		return nobody, nil, 1
	}
	still := e.awaiting[:0]
	for i, id := range e.awaiting {
		c := e.calls.at(id)
		if !c.open {
			c.awaiting = false
			continue
		}
		n := e.awaits(c, m)
		if n == 0 {
			still = append(still, id)
			continue
		}
		c.awaiting = false
		e.awaiting = append(still, e.awaiting[i+1:]...)
		d := &c.dialogs[n-1]
		d.id = append(d.id, callID...)
		e.dialogs[hash] = dialogRef{id, n}
		return id, c, n
	}
	e.awaiting = still
	return nobody, nil, 1
}

// mayBegin reports whether any step receives a request with the method of m that
// begins a dialog: where none does, no call needs to be asked.
func (e *Engine) mayBegin(m *codec.Message) bool {
	if !m.IsRequest() {
		return false
	}
	for i := range e.steps {
		if s := &e.steps[i]; s.Kind == scenario.Recv && s.Dialog > 1 && !s.IsResponse && takesMethod(s, m) {
			return true
		}
	}
	return false
}

// awaits returns the dialog that a request begins in a call, 0 for none.
func (e *Engine) awaits(c *call, m *codec.Message) int {
	present := c.dialog
	defer func() { c.dialog = present }()
	for i := int(c.step); i < len(e.steps); i++ {
		s := &e.steps[i]
		if s.Kind != scenario.Recv {
			break
		}
		if c.dialog = s.Dialog; c.fresh(s) && e.fits(c, i, m) {
			return s.Dialog
		}
		if s.Optional == scenario.Mandatory {
			break
		}
	}
	return 0
}

// fresh reports whether a step may receive the first request of a dialog.
func (c *call) fresh(s *scenario.Step) bool {
	return s.Dialog > 1 && !s.IsResponse && len(c.dialogs[s.Dialog-1].id) == 0
}

// listAwaiting puts a call that waits for the first request of a dialog on the
// list of those.
func (e *Engine) listAwaiting(c *call) {
	if e.cfg.Program.Dialogs == 0 || c.awaiting {
		return
	}
	for i := int(c.step); i < len(e.steps) && e.steps[i].Kind == scenario.Recv; i++ {
		if c.fresh(&e.steps[i]) {
			c.awaiting = true
			e.awaiting = append(e.awaiting, c.place)
			return
		}
		if e.steps[i].Optional == scenario.Mandatory {
			return
		}
	}
}
