package codec

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/abnf"
	"github.com/sipwire/sipwire/uri"
)

// What a message belongs to: its transaction and its dialog, as a key in a
// caller's buffer or as a 64-bit hash. Keys are equal when, and only when,
// what they are made of is; they are not text. A hash is that of the key's
// parts, so that equal keys have equal hashes. It is the same on every
// machine; with a seed that the peers do not know they are unlikely to find
// messages that collide, but it is no cryptographic hash: compare the keys
// before believing it. Neither is a format to be stored: a later version of
// this package may make others.
//
// All of them are for tables inside the process. A hash that is sent may give its
// seed away to who reads it: branches, tags and whatever else leaves the process, and
// must not be guessed, are made with a compose.Key.

// A Side says for which of the two sides of a transaction a dialog is named.
type Side uint8

// The sides. For a dialog in which both send requests, the UAC is the one that
// sent the request at hand, or gets the response at hand.
const (
	UAC    Side = iota // the local tag is that in From (RFC 3261, 12.1.2)
	UAS                // the local tag is that in To (RFC 3261, 12.1.1)
	Either             // an element between them: the same for messages of both
)

// AppendTransactionKey appends the key of the transaction that the message
// belongs to (RFC 3261, 17.1.3 and 17.2.3).
//
// A request whose branch has the magic cookie is known by that branch, the
// sent-by of its top Via (its host without case, its port or the default of
// its transport) and its method. An ACK has the key of its INVITE, a CANCEL
// one of its own; [Message.AppendCanceledKey] has that of what it cancels. A
// response has the key of the request as it was sent: top Via and the method
// in CSeq decide (17.1.3). It needs a branch, with or without the cookie.
//
// A request without the cookie is one of RFC 2543, known by Request-URI, From
// tag, Call-ID, CSeq and the parts of its top Via, and, unless it is an INVITE or
// an ACK, To tag. Vias are equal whatever their case, their folds and the order
// of their parameters (20.42), up to 32 of them. Of an ACK for a non-2xx response 17.2.3 also wants the To
// tag to be that of the response, which the element compares itself: the
// INVITE did not have it yet.
//
// What a key does not need may be malformed: a response whose CSeq has a number
// that is too large, or whose Via has a bad parameter, still finds its request.
// The error is that of the first value that is needed and does not parse,
// ErrNotParsed for a message without a good start line; dst is then as it was.
func (m *Message) AppendTransactionKey(dst []byte) ([]byte, error) {
	s := keyWriter{dst: dst}
	if err := m.transaction(&s, m.matchedMethod()); err != nil {
		return dst, err
	}
	return s.dst, nil
}

// TransactionHash returns a hash of the transaction key, for a table inside the
// process. A branch or tag made of it would give the seed away, and the CANCEL of
// an INVITE another branch than its own: Key.AppendBranch and Key.AppendTag of
// package compose make those.
func (m *Message) TransactionHash(seed uint64) (uint64, error) {
	s := keyWriter{hash: seed, hashing: true}
	if err := m.transaction(&s, m.matchedMethod()); err != nil {
		return 0, err
	}
	return s.sum(), nil
}

// AppendCanceledKey appends the key of the INVITE transaction that the message
// would match if its method were INVITE: the one that a CANCEL cancels (RFC
// 3261, 9.1 and 9.2). Errors are as for [Message.AppendTransactionKey].
func (m *Message) AppendCanceledKey(dst []byte) ([]byte, error) {
	s := keyWriter{dst: dst}
	if err := m.transaction(&s, invite); err != nil {
		return dst, err
	}
	return s.dst, nil
}

// CanceledHash returns a hash of the key that [Message.AppendCanceledKey]
// appends, for a table inside the process as [Message.TransactionHash] is.
func (m *Message) CanceledHash(seed uint64) (uint64, error) {
	s := keyWriter{hash: seed, hashing: true}
	if err := m.transaction(&s, invite); err != nil {
		return 0, err
	}
	return s.sum(), nil
}

var invite = []byte("INVITE")

// matchedMethod returns the method that the transaction goes by, nil for a
// response whose CSeq has none.
func (m *Message) matchedMethod() []byte {
	if m.status == 0 {
		if m.method == header.MethodACK {
			return invite
		}
		return m.MethodBytes()
	}
	cseq, err := m.CSeq()
	if err != nil {
		return m.brokenCSeq()
	}
	return cseq.MethodBytes()
}

// The first part of a key says by which rule it was made.
const (
	keyBranch = iota // RFC 3261
	keyOld           // RFC 2543
	keyDialog
	keyLoop
)

func (m *Message) transaction(s *keyWriter, method []byte) error {
	if !m.parsed {
		return m.located(header.IDOther, 0, sipwire.ErrNotParsed)
	}
	via, err := m.TopVia()
	sentBy, port, branch := via.Host(), viaPort(via), via.Branch()
	if err != nil {
		if sentBy, port, branch = m.brokenVia(); len(branch) == 0 || m.status == 0 && !hasCookie(branch) {
			return err
		}
	}
	if len(method) == 0 { // only that of a response may be missing
		_, err := m.CSeq()
		return err
	}
	switch {
	case m.status == 0 && !hasCookie(branch):
		return m.oldTransaction(s, via, method)
	case len(branch) == 0:
		_, offset, _ := m.find(header.IDVia)
		return m.located(header.IDVia, offset, sipwire.ErrMissing)
	}
	if !s.hashing {
		s.dst = appendBranchKey(s.dst, port, sentBy, method, branch)
		return nil
	}
	s.number(keyBranch)
	s.number(uint32(port))
	s.folded(sentBy)
	s.part(method)
	s.part(branch)
	return nil
}

// oldTransaction is the rule for requests of RFC 2543 (RFC 3261, 17.2.3).
func (m *Message) oldTransaction(s *keyWriter, via *header.Via, method []byte) error {
	from, err := m.From()
	if err != nil {
		return err
	}
	to, err := m.To()
	if err != nil {
		return err
	}
	cseq, err := m.CSeq()
	if err != nil {
		return err
	}
	callID, err := m.CallID()
	if callID == nil {
		return err
	}
	s.number(keyOld)
	s.number(cseq.Number())
	s.part(method)
	s.part(m.RequestURIBytes())
	s.part(from.Tag())
	s.part(callID)
	s.via(via)
	if string(method) != "INVITE" {
		s.part(to.Tag())
	}
	return nil
}

// viaPort returns the port of sent-by, or the default of the transport.
func viaPort(via *header.Via) uint16 {
	if port, ok := via.Port(); ok {
		return port
	}
	return via.Transport().DefaultPort()
}

// AppendDialogID appends the ID of the dialog that the message belongs to, as
// the given side knows it: Call-ID, local tag and remote tag (RFC 3261, 12).
// The sides of one dialog have different IDs, and an element that is the UAC
// of one transaction in it and the UAS of the next has the same for both. For
// [Either] the two tags are put in order.
//
// A tag that is not there counts as empty, as 12.1.1 and 12.1.2 ask for with
// peers of RFC 2543; [Message.InDialog] says whether there is a To tag. The
// error is that of the first header that does not parse, except that a
// Call-ID need only be there; dst is then as it was.
func (m *Message) AppendDialogID(dst []byte, side Side) ([]byte, error) {
	s := keyWriter{dst: dst}
	if err := m.dialog(&s, side, nil); err != nil {
		return dst, err
	}
	return s.dst, nil
}

// DialogHash returns a hash of the dialog ID. With [Either] it sends all
// messages of a dialog the same way, whichever side sent them. It is for tables
// and for the choice of a worker inside the process, not to be sent.
func (m *Message) DialogHash(seed uint64, side Side) (uint64, error) {
	s := keyWriter{hash: seed, hashing: true}
	if err := m.dialog(&s, side, nil); err != nil {
		return 0, err
	}
	return s.sum(), nil
}

// dialog takes toTag for a To that has no tag.
func (m *Message) dialog(s *keyWriter, side Side, toTag []byte) error {
	from, err := m.From()
	if err != nil {
		return err
	}
	to, err := m.To()
	if err != nil {
		return err
	}
	callID, err := m.CallID()
	if callID == nil {
		return err
	}
	local, remote := from.Tag(), to.Tag()
	if len(remote) == 0 {
		remote = toTag
	}
	if side == UAS || side == Either && string(local) > string(remote) {
		local, remote = remote, local
	}
	s.number(keyDialog)
	s.part(callID)
	s.part(local)
	s.part(remote)
	return nil
}

// InDialog reports whether To has a tag, so that a request is one within a
// dialog (RFC 3261, 12.2).
func (m *Message) InDialog() bool {
	to, _ := m.To()
	return len(to.Tag()) > 0
}

// IsReinvite reports whether the message is an INVITE within a dialog (RFC
// 3261, 14).
func (m *Message) IsReinvite() bool { return m.method == header.MethodINVITE && m.InDialog() }

// LoopHash returns a hash of what decides how a request is processed (RFC 3261,
// 16.6, step 8), for a table inside the process, such as that of the requests it
// has at hand. The branch of a proxy that detects loops is made by
// Key.AppendLoopBranch of package compose: this hash would give its seed away
// there. It is of To tag, From tag, Call-ID, CSeq number, the Request-URI as it
// was received, and all of Route, Proxy-Require and Proxy-Authorization. A request
// that comes back to the proxy with the same hash loops, one with another spirals
// (16.3). The method is left out, as step 8 wants it, and so is the top Via, which
// differs when the loop goes through another element.
//
// Headers that do not parse are hashed as received, those that are missing as
// empty.
func (m *Message) LoopHash(seed uint64) uint64 {
	s := keyWriter{hash: seed, hashing: true}
	s.number(keyLoop)
	tagOr := func(v *header.NameAddr, err error, id header.ID) []byte {
		if err != nil {
			return m.Value(id)
		}
		return v.Tag()
	}
	to, err := m.To()
	s.part(tagOr(to, err, header.IDTo))
	from, err := m.From()
	s.part(tagOr(from, err, header.IDFrom))
	s.part(m.Value(header.IDCallID))
	if cseq, err := m.CSeq(); err == nil {
		s.number(cseq.Number())
	} else {
		s.part(m.Value(header.IDCSeq))
	}
	s.part(m.RequestURIBytes())
	for k, id := range [...]header.ID{header.IDRoute, header.IDProxyRequire, header.IDProxyAuthorization} {
		s.number(uint32(k))
		for i := m.Index(id); i >= 0; i = m.Next(i) {
			s.part(m.view(m.fields[i].value, m.fields[i].end))
		}
	}
	return s.sum()
}

// IsSentBy reports whether the sent-by of the top Via is host and port: a
// response of which it is not must be dropped (RFC 3261, 18.1.2). A host is
// compared without case, an IPv6 address, with or without brackets, as an
// address. A port of 0 means the default of the Via's transport, as does
// a sent-by without one.
func (m *Message) IsSentBy(host string, port uint16) bool {
	via, err := m.TopVia()
	if err != nil {
		return false
	}
	if port == 0 {
		port = via.Transport().DefaultPort()
	}
	return viaPort(via) == port && sameHost(via.Host(), host)
}

func sameHost(b []byte, host string) bool {
	if abnf.EqualFold(b, host) {
		return true
	}
	if len(b) == 0 || b[0] != '[' || len(host) > maxAddr {
		return false
	}
	var buf [maxAddr]byte
	want, ok := uri.ParseAddr(buf[:copy(buf[:], host)])
	if !ok {
		return false
	}
	got, ok := uri.ParseAddr(b)
	return ok && got == want
}

// maxAddr is the length of the longest IPv6 address in brackets.
const maxAddr = len("[ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255]")
