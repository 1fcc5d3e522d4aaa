package peer

import (
	"math"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/uri"
)

// views are the typed values that a message is read into, one of each kind,
// used again for every field.
type views struct {
	via       header.Via
	addr      header.NameAddr
	contact   header.Contact
	cseq      header.CSeq
	rack      header.RAck
	media     header.ContentType
	ranges    header.ContentType
	item      header.Item
	integer   header.DeltaSeconds
	retry     header.DeltaSeconds
	time      header.Timestamp
	params    header.ParamList
	token     header.Item
	privacy   ext.Privacy
	reference header.Reference
	priority  ext.ResourcePriority
	product   header.UserAgent
	warning   header.Warning
	mime      header.MIMEVersion
	msgID     ext.ContentID
	challenge auth.Challenge
	answer    auth.Credentials
	authInfo  auth.Info
	identity  ext.Identity
	replaces  ext.DialogRef
	text      header.FreeText
	uri       uri.URI
}

// typed parses msg and every value of every header field that has a type,
// URIs included, and returns how many parsed.
func (s *sipwire) typed(msg []byte) (n uint64) {
	m := s.m
	if m.Parse(msg) != nil {
		return 0
	}
	if _, err := m.RequestURI(); err == nil {
		n++
	}
	for i := range m.Len() {
		f := m.At(i)
		for next := 0; next <= len(f.Value); {
			var lo, hi int
			lo, hi, next = f.ID.NextValue(f.Value, next)
			if s.views.read(&f, f.Value[lo:hi]) {
				n++
			}
		}
	}
	return n
}

// read reads one value by the grammar of its header.
func (v *views) read(f *codec.Field, b []byte) bool {
	var err error
	switch grammar.Of(uint8(f.ID)) {
	case grammar.Opaque:
		return false
	case grammar.Text:
		_, err = v.text.Parse(b)
	case grammar.Integer:
		_, _, err = header.ParseUint(b, math.MaxUint64)
	case grammar.IntParams:
		_, err = v.integer.Parse(b)
	case grammar.IntCommentParams:
		_, err = v.retry.ParseComment(b)
	case grammar.TokenValue, grammar.TokenList:
		_, err = v.token.Parse(b)
	case grammar.SemiTokenList:
		_, err = v.privacy.Parse(b)
	case grammar.TokenParams, grammar.TokenParamsList, grammar.TokQParamsList, grammar.StarParamsList:
		_, err = v.item.Parse(b)
	case grammar.Params:
		_, err = v.params.Parse(b)
	case grammar.NameAddrValue, grammar.NameAddrList:
		if _, err = v.addr.Parse(b); err == nil {
			_, err = v.addr.ParseURI(&v.uri)
		}
	case grammar.ContactList:
		if _, err = v.contact.Parse(b); err == nil && !v.contact.IsWildcard() {
			_, err = v.contact.ParseURI(&v.uri)
		}
	case grammar.URIRef, grammar.URIRefList, grammar.URIList:
		_, err = v.reference.Parse(b)
	case grammar.ViaList:
		_, err = v.via.Parse(b)
	case grammar.CSeqValue:
		_, err = v.cseq.Parse(b)
	case grammar.RAckValue:
		_, err = v.rack.Parse(b)
	case grammar.DateValue:
		_, _, err = header.ParseDate(b)
	case grammar.TimestampValue:
		_, err = v.time.Parse(b)
	case grammar.MediaType:
		_, err = v.media.Parse(b)
	case grammar.MediaRangeList:
		_, err = v.ranges.ParseRange(b)
	case grammar.RPriorityList:
		_, err = v.priority.Parse(b)
	case grammar.Product:
		_, err = v.product.Parse(b)
	case grammar.WarningList:
		_, err = v.warning.Parse(b)
	case grammar.Version:
		_, err = v.mime.Parse(b)
	case grammar.MsgID:
		_, err = v.msgID.Parse(b)
	case grammar.Challenge:
		_, err = v.challenge.Parse(b)
	case grammar.Credentials:
		_, err = v.answer.Parse(b)
	case grammar.AuthInfo:
		_, err = v.authInfo.Parse(b)
	case grammar.IdentityValue:
		_, err = v.identity.Parse(b)
	case grammar.CallIDValue, grammar.CallIDList:
		_, _, err = header.ParseCallID(b)
	case grammar.CallIDParams: // of Replaces, Join and Target-Dialog, which differ in parameters alone
		_, err = v.replaces.Parse(b)
	}
	return err == nil
}
