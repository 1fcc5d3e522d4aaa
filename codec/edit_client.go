package codec

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/internal/check"
	"github.com/sipwire/sipwire/internal/wire"
)

// The changes that a client makes to a request it sends again: after a
// challenge, or to a next target.

// SetBranch replaces the branch of the top Via of the message as received, or
// puts one in when it has none. A branch has to be a token that begins with
// the magic cookie (RFC 3261, 8.1.1.7), else it is an error.
func (e *Edit) SetBranch(branch []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	via, err := e.m.TopVia()
	if err != nil {
		return e.failed()
	}
	if code := check.Branch(branch); code != 0 {
		return e.fail(code, header.IDVia, 0)
	}
	if !e.claimVia(claimBranch) {
		return e.fault.Code
	}
	var patches wire.ViaPatches
	e.text = patches.SetBranch(e.text, via, branch)
	e.patchVia(&patches)
	return nil
}

// failed takes over the fault of the message.
func (e *Edit) failed() error {
	f := e.m.Fault()
	return e.fail(f.Code, f.Header, f.Offset)
}

// SetCSeq replaces CSeq (RFC 3261, 20.16). The number is below 2^31, else it
// is ErrRange; a nil method leaves the one that is there.
func (e *Edit) SetCSeq(number uint32, method []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	cseq, err := e.m.CSeq()
	if err != nil {
		return e.failed()
	}
	if number > check.MaxCSeq {
		return e.fail(sipwire.ErrRange, header.IDCSeq, 0)
	}
	if method == nil {
		method = cseq.MethodBytes()
	} else if code := check.Token(method); code != 0 {
		return e.fail(code, header.IDCSeq, 0)
	}
	from := len(e.text)
	e.text = append(append(abnf.AppendUint(e.text, uint64(number)), ' '), method...)
	return e.replace(e.m.Index(header.IDCSeq), from)
}

// Authorize gives a request credentials (RFC 3261, 22.2 and 22.3), as
// [digest.Digester] makes them: an Authorization or a Proxy-Authorization,
// which id says. Those for the same realm that are there are replaced, those
// for other realms stay. Another id is ErrState.
func (e *Edit) Authorize(id header.ID, credentials []byte) error {
	if !e.ready() {
		return e.fault.Code
	}
	if e.m.status != 0 || id != header.IDAuthorization && id != header.IDProxyAuthorization {
		return e.fail(sipwire.ErrState, id, 0)
	}
	var put, old auth.Credentials
	if code := check.Text(credentials); code != 0 {
		return e.fail(code, id, 0)
	}
	if _, err := put.Parse(credentials); err != nil {
		code, _ := err.(sipwire.Code)
		return e.fail(code, id, 0)
	}
	replaced := false
	for i := e.m.Index(id); i >= 0; i = e.m.Next(i) {
		f := &e.m.fields[i]
		if _, err := old.Parse(e.m.view(f.value, f.end)); err != nil || !bytes.Equal(old.Realm(), put.Realm()) {
			continue
		}
		var err error
		if replaced {
			err = e.RemoveAt(i)
		} else {
			err = e.setValue(i, credentials)
		}
		if err != nil {
			return err
		}
		replaced = true
	}
	if replaced {
		return nil
	}
	return e.Add(Bottom(), id, credentials)
}

// Retry makes a request that was challenged into its next attempt (RFC 3261,
// 22.2 and 8.1.3.5): a new branch, the next number in CSeq, and credentials as
// by [Edit.Authorize]. Call-ID, From with its tag and To stay.
func (e *Edit) Retry(branch []byte, id header.ID, credentials []byte) error {
	if err := e.SetBranch(branch); err != nil {
		return err
	}
	cseq, err := e.m.CSeq()
	if err != nil {
		return e.failed()
	}
	if err := e.SetCSeq(cseq.Number()+1, nil); err != nil {
		return err
	}
	return e.Authorize(id, credentials)
}
