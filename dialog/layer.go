package dialog

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
	"math/rand/v2"
	"time"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/arena"
	"github.com/sipwire/sipwire/internal/flatip"
	"github.com/sipwire/sipwire/internal/hashindex"
	"github.com/sipwire/sipwire/internal/slab"
	"github.com/sipwire/sipwire/internal/wheel"
	"github.com/sipwire/sipwire/transaction"
)

// A Layer is a set of dialogs and of the transactions below them. See the
// package comment for who may use it and how.
type Layer struct {
	out    transaction.Transport
	tx     *transaction.Layer
	config Config
	seed   maphash.Seed
	now    time.Duration
	t1, t2 int64

	dialogs  slab.Slab[dialog]
	byKey    hashindex.Index
	byInvite hashindex.Index
	usages   slab.Slab[usage]
	wheel    wheel.Wheel
	mem      arena.Arena
	zones    flatip.Zones
	stats    Stats

	peer, invite codec.Message // what is kept, parsed
	routes       compose.Dialog
	made, kept   []byte // what is composed, and a copy of a request
	key          []byte
	branch, tag  []byte
	digits       []byte
	fields       []compose.HeaderField
}

// dialog is one dialog. It has no pointers.
type dialog struct {
	user      uint64
	flow      uint64
	ip        flatip.IP
	transport header.Transport
	invite    transaction.Handle // the INVITE that made it, for the forks
	local     transaction.Handle // the last INVITE sent
	remote    transaction.Handle // the last INVITE received
	answer    transaction.Handle // whose 2xx is repeated until the ACK
	ending    transaction.Handle // the BYE, or the NOTIFY that ends it

	// Times in milliseconds, 0 for never: when the 2xx is repeated and given
	// up, when the session is refreshed or over, when it ends as an early
	// or challenged one, when the ACK is forgotten, when an INVITE is tried
	// again.
	repeat, noACK, session, early, forget, retry int64
	interval                                     int64 // of repeat

	key, text, ack          arena.Ref
	keyLen, textLen, ackLen uint32
	localSeq, remoteSeq     uint32
	inviteSeq               uint32 // of the INVITE that made it
	ackSeq, answerSeq       uint32 // of the INVITE acknowledged, and of the one answered
	rseq                    uint32 // of the last reliable response that came
	interval4028            uint32 // of the session in seconds, 0 for none
	minSE                   uint32 // the most that the peer has asked for, 0 for nothing
	usage                   uint32 // the first subscription plus one
	state                   State
	flags                   flags
}

type flags uint8

const (
	hasSession flags = 1 << iota // the usage of an INVITE
	hasRemote                    // remoteSeq is set
	isUAC                        // the dialog was made by a response: this side owns the Call-ID
	refresher                    // this side refreshes the session
	inInvite                     // it is in byInvite
	refreshing                   // the caller was asked to refresh it
	awaited                      // no dialog yet: a SUBSCRIBE or REFER that waits for its NOTIFY
	challenged                   // it is Ending, and the last request may be sent again with credentials
)

func (d *dialog) is(f flags) bool { return d.flags&f != 0 }

// ofDialog marks the User of a transaction as a dialog's handle.
const ofDialog = 1 << 63

// New makes a Layer that sends by out.
func New(out transaction.Transport, c Config) *Layer {
	c.Transaction.NoMerge = false
	l := &Layer{out: out, tx: transaction.New(out, c.Transaction), config: c, seed: maphash.MakeSeed()}
	l.config.Contact = bytes.Clone(c.Contact)
	l.config.Via.Host = bytes.Clone(c.Via.Host)
	or := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	or(&l.config.MaxDialogs, 1<<20)
	or(&l.config.MaxBytes, 1<<30)
	or(&l.config.MaxUsages, 8)
	l.mem.MaxBlocks = max(l.config.MaxBytes>>16, 1)
	if l.config.MinSE <= 0 {
		l.config.MinSE = 90 * time.Second
	}
	l.t1, l.t2 = 500, 4000
	if c.Transaction.T1 > 0 {
		l.t1 = max(int64(c.Transaction.T1/time.Millisecond), 1)
	}
	if c.Transaction.T2 > 0 {
		l.t2 = int64(c.Transaction.T2 / time.Millisecond)
	}
	l.t2 = max(l.t2, l.t1)
	return l
}

// Transactions returns the transactions below. What ends or answers a
// transaction of a dialog is for the methods of l.
func (l *Layer) Transactions() *transaction.Layer { return l.tx }

// Stats returns the counts.
func (l *Layer) Stats() Stats {
	s := l.stats
	s.Dialogs, s.Usages, s.Bytes, s.Held = l.dialogs.Len(), l.usages.Len(), l.mem.Used(), l.mem.Held()
	return s
}

func (l *Layer) clock(now time.Duration) { l.now = max(l.now, now) }

func (l *Layer) ms() int64 { return int64(l.now / time.Millisecond) }

// setKey makes l.key that of a dialog: Call-ID and both tags (RFC 3261, 12).
func (l *Layer) setKey(callID, local, remote []byte) uint64 {
	k := l.key[:0]
	for _, part := range [...][]byte{callID, local, remote} {
		k = append(binary.BigEndian.AppendUint32(k, uint32(len(part))), part...)
	}
	l.key = k
	return maphash.Bytes(l.seed, k)
}

// keyOf is setKey for a message that came. Without Call-ID, From or To it is
// not ok.
func (l *Layer) keyOf(m *codec.Message) (hash uint64, ok bool) {
	from, err1 := m.From()
	to, err2 := m.To()
	callID, _ := m.CallID()
	if err1 != nil || err2 != nil || callID == nil {
		return 0, false
	}
	if m.IsResponse() {
		return l.setKey(callID, from.Tag(), to.Tag()), true
	}
	return l.setKey(callID, to.Tag(), from.Tag()), true
}

func (l *Layer) find(hash uint64) (uint32, *dialog) {
	for i, ok := l.byKey.First(hash); ok; i, ok = l.byKey.Next(i) {
		d := l.dialogs.At(i)
		if int(d.keyLen) == len(l.key) && bytes.Equal(l.mem.Bytes(d.key, len(l.key)), l.key) {
			return i, d
		}
	}
	return 0, nil
}

func (l *Layer) lookup(h Handle) (uint32, *dialog) { return l.dialogs.Lookup(uint64(h)) }

func (l *Layer) handle(i uint32) Handle { return Handle(l.dialogs.Handle(i)) }

// begin makes a dialog with the key l.key.
func (l *Layer) begin(hash uint64, user uint64, invite transaction.Handle) (uint32, *dialog, sipwire.Code) {
	if l.dialogs.Len() >= l.config.MaxDialogs {
		l.stats.Refused++
		return 0, nil, sipwire.ErrLimit
	}
	ref, b, ok := l.mem.New(len(l.key))
	if !ok {
		l.stats.Refused++
		return 0, nil, sipwire.ErrLimit
	}
	copy(b, l.key)
	i, d := l.dialogs.Take()
	d.key, d.keyLen, d.user, d.invite = ref, uint32(len(l.key)), user, invite
	l.byKey.Add(i, hash)
	l.wheel.Grow(i)
	if invite != 0 {
		d.flags |= inInvite
		l.byInvite.Add(i, l.hashOf(invite))
	}
	l.stats.Begun++
	return i, d, 0
}

func (l *Layer) hashOf(h transaction.Handle) uint64 {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(h))
	return maphash.Bytes(l.seed, b[:])
}

// end ends a dialog with all its usages.
func (l *Layer) end(i uint32, d *dialog) {
	for d.usage != 0 {
		u := d.usage - 1
		d.usage = l.usages.At(u).next
		l.usages.Free(u)
	}
	l.wheel.Clear(i)
	l.byKey.Remove(i)
	if d.is(inInvite) {
		l.byInvite.Remove(i)
	}
	l.mem.Free(d.key)
	l.mem.Free(d.text)
	l.mem.Free(d.ack)
	l.dialogs.Free(i)
}

// endForks ends the early dialogs of an INVITE that was rejected (RFC 3261,
// 12.3). It returns the one that ended last.
func (l *Layer) endForks(invite transaction.Handle) (last Handle) {
	for {
		found := false
		for i, ok := l.byInvite.First(l.hashOf(invite)); ok; i, ok = l.byInvite.Next(i) {
			if d := l.dialogs.At(i); d.invite == invite && d.state == Early {
				last = l.handle(i)
				l.end(i, d)
				found = true
				break
			}
		}
		if !found {
			return last
		}
	}
}

// keep puts b where ref says, in place of what is there.
func (l *Layer) keep(ref *arena.Ref, n *uint32, b []byte) bool {
	fresh, mem, ok := l.mem.New(len(b))
	if !ok {
		return false
	}
	copy(mem, b)
	l.mem.Free(*ref)
	*ref, *n = fresh, uint32(len(b))
	return true
}

// random returns a number below n.
func random(n int64) int64 { return rand.Int64N(n) }

// State returns the state, Terminated when the handle is stale.
func (l *Layer) State(h Handle) State {
	if _, d := l.lookup(h); d != nil {
		return d.state
	}
	return Terminated
}

// SetUser gives a dialog the value that comes with its events; it must be below
// 2^63.
func (l *Layer) SetUser(h Handle, user uint64) {
	if _, d := l.lookup(h); d != nil {
		d.user = user
	}
}

// CSeq returns the last number that was sent in a dialog, and the last that
// came, each 0 when there is none.
func (l *Layer) CSeq(h Handle) (local, remote uint32) {
	if _, d := l.lookup(h); d != nil {
		return d.localSeq, d.remoteSeq
	}
	return 0, 0
}

func has(all []compose.HeaderField, id header.ID) bool {
	for i := range all {
		if all[i].ID == id || all[i].ID == header.IDOther && header.Lookup(all[i].Name) == id {
			return true
		}
	}
	return false
}
