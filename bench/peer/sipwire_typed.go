package peer

import (
	"math"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
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
	ranges    header.MediaRange
	item      header.Item
	integer   header.IntegerParams
	retry     header.RetryAfter
	time      header.Timestamp
	params    header.ParamList
	token     header.Token
	privacy   header.Privacy
	reference header.Reference
	priority  header.ResourcePriority
	product   header.UserAgent
	warning   header.Warning
	mime      header.MIMEVersion
	msgID     header.ContentID
	challenge header.AuthChallenge
	answer    header.AuthCredentials
	authInfo  header.AuthenticationInfo
	identity  header.Identity
	replaces  header.Replaces
	text      header.FreeText
	uri       uri.URI
}

// typed parses msg and every value of every header field that has a type,
// URIs included, and returns how many parsed.
func (s *sipwire) typed(msg []byte) (n uint64) {
	m := &s.m
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
			lo, hi, next = header.NextValue(f.ID, f.Value, next)
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
	switch f.ID.Grammar() {
	case header.Opaque:
		return false
	case header.Text:
		_, err = v.text.Parse(b)
	case header.Integer:
		_, _, err = header.ParseUint(b, math.MaxUint64)
	case header.IntParams:
		_, err = v.integer.Parse(b)
	case header.IntCommentParams:
		_, err = v.retry.Parse(b)
	case header.TokenValue, header.TokenList:
		_, err = v.token.Parse(b)
	case header.SemiTokenList:
		_, err = v.privacy.Parse(b)
	case header.TokenParams, header.TokenParamsList, header.TokQParamsList, header.StarParamsList:
		_, err = v.item.Parse(b)
	case header.Params:
		_, err = v.params.Parse(b)
	case header.NameAddrValue, header.NameAddrList:
		if _, err = v.addr.Parse(b); err == nil {
			_, err = v.addr.ParseURI(&v.uri)
		}
	case header.ContactList:
		if _, err = v.contact.Parse(b); err == nil && !v.contact.IsWildcard() {
			_, err = v.contact.ParseURI(&v.uri)
		}
	case header.URIRef, header.URIRefList, header.URIList:
		_, err = v.reference.Parse(b)
	case header.ViaList:
		_, err = v.via.Parse(b)
	case header.CSeqValue:
		_, err = v.cseq.Parse(b)
	case header.RAckValue:
		_, err = v.rack.Parse(b)
	case header.DateValue:
		_, _, err = header.ParseDate(b)
	case header.TimestampValue:
		_, err = v.time.Parse(b)
	case header.MediaType:
		_, err = v.media.Parse(b)
	case header.MediaRangeList:
		_, err = v.ranges.Parse(b)
	case header.RPriorityList:
		_, err = v.priority.Parse(b)
	case header.Product:
		_, err = v.product.Parse(b)
	case header.WarningList:
		_, err = v.warning.Parse(b)
	case header.Version:
		_, err = v.mime.Parse(b)
	case header.MsgID:
		_, err = v.msgID.Parse(b)
	case header.Challenge:
		_, err = v.challenge.Parse(b)
	case header.Credentials:
		_, err = v.answer.Parse(b)
	case header.AuthInfo:
		_, err = v.authInfo.Parse(b)
	case header.IdentityValue:
		_, err = v.identity.Parse(b)
	case header.CallIDValue, header.CallIDList:
		_, _, err = header.ParseCallID(b)
	case header.CallIDParams: // of Replaces, Join and Target-Dialog, which differ in parameters alone
		_, err = v.replaces.Parse(b)
	}
	return err == nil
}
