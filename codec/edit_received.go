package codec

import (
	"net/netip"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/wire"
)

// What a server transport writes into the top Via of a request.

// SetReceived does what a server transport does to the top Via of a request
// that came from src (RFC 3261, 18.2.1; RFC 3581, 4): received is set when
// sent-by is not the address of src or rport is there, and rport gets the port
// when it is there. Values that the sender has put there are replaced.
func (e *Edit) SetReceived(src netip.AddrPort) error { return e.received(src, false) }

// ForceRPort is SetReceived for a request whose sender is taken to have asked
// for rport, as behind many NATs.
func (e *Edit) ForceRPort(src netip.AddrPort) error { return e.received(src, true) }

func (e *Edit) received(src netip.AddrPort, force bool) error {
	if !e.ready() {
		return e.fault.Code
	}
	via, err := e.m.TopVia()
	if err != nil {
		return e.failed()
	}
	if !src.IsValid() {
		return e.fail(sipwire.ErrState, header.IDVia, 0)
	}
	if !e.claimVia(claimReceived | claimRPort) {
		return e.fault.Code
	}
	var seen wire.Received
	if !force && seen.Find(via, src) {
		e.putReceived(&seen)
		return nil
	}
	e.receivedOther(via, src, force)
	return nil
}

// putReceived makes splices of what is found in a usual Via. The texts are made in
// registers: index, rewrite and received ran 400 instructions fewer, with those that
// the kernel of wire.WriteSplices saves (2026-11).
func (e *Edit) putReceived(seen *wire.Received) {
	if seen.Addr == 0 {
		return
	}
	base := int(e.m.fields[e.m.first[header.IDVia]-1].value)
	from := len(e.text)
	text := e.room(wire.RPortRoom + wire.AddrRoom)
	addr := from
	if seen.RPort > 0 {
		addr += seen.PutRPort(text)
		if seen.Hi < seen.End {
			e.insert(base+seen.Lo, base+seen.Hi, from, addr, rankReplace)
			from, seen.Lo = addr, seen.End
		}
	}
	to := addr + seen.PutAddr(text[addr-len(e.text):])
	r := rankReplace
	if seen.Lo == seen.End {
		r = rankAfter
	}
	e.text = e.text[:to]
	e.insert(base+seen.Lo, base+seen.End, from, to, r)
}

// receivedOther is received for any Via.
func (e *Edit) receivedOther(via *header.Via, src netip.AddrPort, force bool) {
	var patches wire.ViaPatches
	e.text = patches.SetReceived(e.text, via, src, force)
	e.patchVia(&patches)
}

// patchVia makes splices of patches of the top Via.
func (e *Edit) patchVia(patches *wire.ViaPatches) {
	_, base, _ := e.m.find(header.IDVia)
	if all, ok := patches.Sorted(); ok { // nearly always
		for i := range all {
			e.patchValue(base, &all[i])
		}
		return
	}
	for p, ok := patches.Next(); ok; p, ok = patches.Next() {
		e.patchValue(base, &p)
	}
}

// patchValue makes a splice of a patch of the value at base.
func (e *Edit) patchValue(base int, p *wire.Patch) {
	r := rankReplace
	if p.Lo == p.Hi {
		r = rankAfter
	}
	e.insert(base+p.Lo, base+p.Hi, p.From, p.To, r)
}
