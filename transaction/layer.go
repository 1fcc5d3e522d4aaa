package transaction

import (
	"bytes"
	"hash/maphash"
	"math/rand/v2"
	"time"

	crand "crypto/rand"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/arena"
	"github.com/sipwire/sipwire/internal/flatip"
	"github.com/sipwire/sipwire/internal/hashindex"
	"github.com/sipwire/sipwire/internal/slab"
	"github.com/sipwire/sipwire/internal/wheel"
)

// A Transport takes what a Layer sends.
type Transport interface {
	// Send sends b to an address. It must not keep b, nor call the Layer; an
	// error is for [Layer.TransportError], later. tx is the transaction that b
	// belongs to, 0 for a response without one.
	Send(tx Handle, to Addr, b []byte)
}

// A Layer is a set of transactions. See the package comment for who may use it
// and how.
type Layer struct {
	out    Transport
	config Config
	times  times
	seed   maphash.Seed
	random *rand.ChaCha8
	tagKey [16]byte // of the tags of responses without a transaction

	txs      slab.Slab[tx]
	byKey    hashindex.Index
	byMerge  hashindex.Index
	wheel    wheel.Wheel
	mem      arena.Arena
	sources  slab.Slab[source]
	bySource hashindex.Index
	reliable slab.Slab[reliable]
	zones    flatip.Zones

	now     int64 // milliseconds
	stats   Stats
	pending Event // an Ended that comes behind another event of Advance

	work           codec.Message // for bytes that the Layer has itself
	to             header.NameAddr
	fresh          uint32 // index plus one: see fresh.go
	newKey, newReq []byte // of the fresh transaction

	key    []byte
	made   []byte // what is composed
	fields []compose.HeaderField
	digits [20]byte // of a number in fields
}

// tx is one transaction. It has no pointers.
type tx struct {
	user uint64
	peer packed // where its messages go
	from packed // where the request of a server transaction came from
	// again is when it sends something again or for the first time, until
	// when it ends or asks, limit when an INVITE without an answer gets one; 0
	// for never. The timer of the wheel is set to the earliest one.
	again, until, limit int64
	interval            int64  // of again
	tag                 uint64 // of responses made here

	key, req, resp          arena.Ref
	keyLen, reqLen, respLen uint32
	mergeAt                 uint32 // in the key: where the key for merged requests begins
	source                  uint32 // index plus one
	rseq                    uint32 // of the last reliable response, 0 for none
	older                   uint32 // the first reliable response before it without its PRACK, index plus one
	status                  uint16 // of the last response sent or received
	state                   State
	method                  header.Method
	flags                   flags
}

type flags uint16

const (
	isServer   flags = 1 << iota
	isInvite         // by its method
	isReliable       // its transport
	hasToTag         // the request came within a dialog
	inMerge          // it is in byMerge
	unacked          // reliable provisional responses are repeated until their PRACKs
	lastWaits        // that of rseq waits for its PRACK
	firstAcked       // the first one has had its PRACK
	cancelling       // the INVITE is to be cancelled when a response comes
	cancelled        // a CANCEL was sent or received
	internal         // made by the Layer: no events
	joined           // the response is in one piece with the key
	toOnly           // of the response, the value of To is kept: see Relay
	copied           // the request is a copy: see Forward
)

func (t *tx) is(f flags) bool { return t.flags&f != 0 }

// New makes a Layer that sends by out.
func New(out Transport, c Config) *Layer {
	l := &Layer{out: out, config: c, times: c.times(), seed: maphash.MakeSeed()}
	l.config.MaxTransactions = orInt(c.MaxTransactions, 1<<20)
	l.mem.MaxBlocks = max(orInt(c.MaxBytes, 1<<31-1)>>16, 1)
	if l.config.RetryAfter <= 0 {
		l.config.RetryAfter = 5 * time.Second
	}
	var seed [32]byte
	crand.Read(seed[:]) // never fails: the program ends instead
	l.random = rand.NewChaCha8(seed)
	crand.Read(l.tagKey[:])
	return l
}

// Stats returns the counts.
func (l *Layer) Stats() Stats {
	s := l.stats
	s.Transactions, s.Bytes, s.Held = l.txs.Len(), l.mem.Used(), l.mem.Held()
	return s
}

// clock sets the time, which does not go back.
func (l *Layer) clock(now time.Duration) {
	l.now = max(l.now, int64(now/time.Millisecond))
}

func (l *Layer) hash(b []byte) uint64 { return maphash.Bytes(l.seed, b) }

// find returns the transaction whose key begins as l.key says.
func (l *Layer) find(hash uint64) (uint32, *tx) {
	for i, ok := l.byKey.First(hash); ok; i, ok = l.byKey.Next(i) {
		t := l.txs.At(i)
		if int(t.mergeAt) == len(l.key) && bytes.Equal(l.bytes(t.key, t.mergeAt), l.key) {
			return i, t
		}
	}
	return 0, nil
}

// The first byte of a key is the side: an element may send a request to
// itself.
const (
	clientSide = 'c'
	serverSide = 's'
)

// begin makes a transaction of a request, whose key is l.key up to mergeAt.
func (l *Layer) begin(hash uint64, mergeAt int, request []byte, f flags) (uint32, *tx, sipwire.Code) {
	if l.txs.Len() >= l.config.MaxTransactions {
		return 0, nil, sipwire.ErrLimit
	}
	l.settle()
	key, req := freshKey, freshReq
	fresh := f&(isServer|isInvite) == isServer && max(len(l.key), len(request)) <= arena.Max && l.mem.HasBlocks(2)
	if fresh {
		l.newKey = append(l.newKey[:0], l.key...)
		l.newReq = append(l.newReq[:0], request...)
	} else {
		var keyMem, reqMem []byte
		var ok bool
		if key, keyMem, ok = l.mem.New(len(l.key)); !ok {
			return 0, nil, sipwire.ErrLimit
		}
		if req, reqMem, ok = l.mem.New(len(request)); !ok {
			l.mem.Free(key)
			return 0, nil, sipwire.ErrLimit
		}
		copy(keyMem, l.key)
		copy(reqMem, request)
	}
	i, t := l.txs.Take()
	if fresh {
		l.fresh = i + 1
	}
	t.key, t.keyLen, t.mergeAt, t.flags = key, uint32(len(l.key)), uint32(mergeAt), f
	t.req, t.reqLen = req, uint32(len(request))
	l.byKey.Add(i, hash)
	l.wheel.Grow(i)
	return i, t, 0
}

// end ends a transaction. What was its Ended event, if the caller wants it, is
// left in l.pending.
func (l *Layer) end(i uint32, t *tx) {
	if l.config.Ends && !t.is(internal) {
		l.pending = Event{Kind: Ended, Tx: l.handle(i), User: t.user, Method: t.method}
	}
	if l.fresh == i+1 {
		l.fresh = 0
	}
	l.wheel.Clear(i)
	l.byKey.Remove(i)
	if t.is(inMerge) {
		l.byMerge.Remove(i)
	}
	l.dropSource(t.source)
	l.free(t.key)
	l.free(t.req)
	if !t.is(joined) {
		l.free(t.resp)
	}
	l.dropOlder(t)
	l.txs.Free(i)
}

func (l *Layer) handle(i uint32) Handle { return Handle(l.txs.Handle(i)) }

// lookup returns the transaction with a handle, nil when it is stale.
func (l *Layer) lookup(h Handle) (uint32, *tx) { return l.txs.Lookup(uint64(h)) }

// keep puts b where ref says, in place of what is there. Without memory
// nothing is kept.
func (l *Layer) keep(ref *arena.Ref, n *uint32, b []byte) {
	l.settle()
	fresh, mem, ok := l.mem.New(len(b))
	if !ok {
		l.stats.NotKept++
	} else {
		copy(mem, b)
	}
	l.free(*ref)
	*ref, *n = fresh, uint32(len(b))
	if !ok {
		*n = 0
	}
}

func (l *Layer) drop(ref *arena.Ref, n *uint32) {
	l.free(*ref)
	*ref, *n = 0, 0
}

func (l *Layer) send(i uint32, t *tx, b []byte) {
	l.out.Send(l.handle(i), l.unpack(&t.peer), b)
}

// sendAgain sends kept bytes, if there are any.
func (l *Layer) sendAgain(i uint32, t *tx, ref arena.Ref, n uint32) {
	if ref != 0 {
		l.stats.Repeats++
		l.send(i, t, l.bytes(ref, n))
	}
}

// event makes ev one of a transaction, unless the caller knows nothing of that.
func (l *Layer) event(ev *Event, i uint32, t *tx, k Kind) {
	if !t.is(internal) {
		ev.Kind, ev.Tx, ev.User, ev.Method = k, l.handle(i), t.user, t.method
	}
}
