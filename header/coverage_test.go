package header_test

import (
	"testing"

	"github.com/sipwire/sipwire"
	. "github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/auth"
	"github.com/sipwire/sipwire/header/ext"
	"github.com/sipwire/sipwire/internal/grammar"
	"github.com/sipwire/sipwire/internal/value"
)

// A headerRow says which accessor reads a header, with a field that it reads
// and one that it refuses.
type headerRow struct {
	id        ID
	accessor  string
	good, bad string
}

// headerRows has every row of the header table. A header of a class without a
// view of its own is read by the generic view of the class, so that none is
// out of reach.
var headerRows = []headerRow{
	{IDAccept, "MediaRange", "text/*;q=0.5", "text"},
	{IDAcceptContact, "Item", "*;audio", "a;audio"},
	{IDAcceptEncoding, "Encoding", "gzip;q=1.0", "a b"},
	{IDAcceptLanguage, "Language", "en-gb;q=0.8", "en_US"},
	{IDAcceptResourcePriority, "ResourcePriority", "wps.0", "wps"},
	{IDAdditionalIdentity, "FreeText", `anything;=,"<`, "a\x01"},
	{IDAlertInfo, "Reference", "<http://a.example/b,c>;d=e", "http://a.example"},
	{IDAlertMsgError, "IntegerParams", "424;code=1", "x"},
	{IDAllow, "MethodSet", "INVITE, ACK", "INVITE ACK"},
	{IDAllowEvents, "Event", "presence.winfo", "presence."},
	{IDAnswerMode, "Item", "a;b=c", "a b"},
	{IDAttestationInfo, "FreeText", `anything;=,"<`, "a\x01"},
	{IDAuthenticationInfo, "AuthenticationInfo", `nextnonce="a",qop=auth`, "NTLM a=b"},
	{IDAuthorization, "AuthCredentials", `Digest username="a",response="b"`, "Digest"},
	{IDCallID, "ParseCallID", "a@b", "a b"},
	{IDCallInfo, "Reference", "<http://a.example/b,c>;d=e", "http://a.example"},
	{IDCellularNetworkInfo, "FreeText", `anything;=,"<`, "a\x01"},
	{IDContact, "Contact", `"A, B" <sip:a@b;c>;q=0.5`, "*;a"},
	{IDContentDescription, "FreeText", "Tech, Support", "a\x00"},
	{IDContentDisposition, "Disposition", "session;handling=optional", "a b"},
	{IDContentEncoding, "Token", "a", "a;b"},
	{IDContentID, "ContentID", "<a@b.example>", "a@b"},
	{IDContentLanguage, "Language", "fr", "e_"},
	{IDContentLength, "ParseContentLength", "0", "-1"},
	{IDContentTransferEncoding, "Token", "emergency", "a b"},
	{IDContentType, "ContentType", "application/sdp", "application"},
	{IDCSeq, "CSeq", "1 INVITE", "1INVITE"},
	{IDDate, "ParseDate", "Sat, 13 Nov 2010 23:29:00 GMT", "Sat, 13 Nov 2010 23:29:00 UTC"},
	{IDDCInfo, "FreeText", `anything;=,"<`, "a\x01"},
	{IDDiversion, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDEncryption, "FreeText", `anything;=,"<`, "a\x01"},
	{IDErrorInfo, "Reference", "<http://a.example/b,c>;d=e", "http://a.example"},
	{IDEvent, "Event", "refer;id=1", "pres ence"},
	{IDExpires, "ParseExpires", "3600", "1.5"},
	{IDFeatureCaps, "Item", "*;+g.x", "+g.x"},
	{IDFlowTimer, "ParseUint", "42", "4 2"},
	{IDFrom, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDGeolocation, "Reference", "<http://a.example/b,c>;d=e", "http://a.example"},
	{IDGeolocationError, "IntegerParams", "424;code=1", "x"},
	{IDGeolocationRouting, "Token", "emergency", "a b"},
	{IDHide, "FreeText", `anything;=,"<`, "a\x01"},
	{IDHistoryInfo, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDIdentity, "Identity", "a.b.c;info=<https://x.example/c>", "a;info=x"},
	{IDIdentityInfo, "Reference", "<sip:a@b;c>;d=e", "sip:a@b"},
	{IDInReplyTo, "ParseCallID", "a@b", "@b"},
	{IDInfoPackage, "InfoPackage", "foo", "@"},
	{IDJoin, "Join", "a@b;to-tag=1;from-tag=2", "a b"},
	{IDMaxBreadth, "ParseUint", "42", "4 2"},
	{IDMaxForwards, "ParseMaxForwards", "70", "300"},
	{IDMIMEVersion, "MIMEVersion", "1.0", "1"},
	{IDMinExpires, "ParseExpires", "60", "a"},
	{IDMinSE, "MinSE", "90", "x"},
	{IDOrganization, "FreeText", "Tech, Support", "a\x00"},
	{IDOriginationId, "FreeText", `anything;=,"<`, "a\x01"},
	{IDPAccessNetworkInfo, "AccessNetwork", "IEEE-802.11", "a b"},
	{IDPAnswerState, "Item", "a;b=c", "a b"},
	{IDPAssertedIdentity, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDPAssertedService, "Reference.ParseBare", "urn:urn-7:3gpp-service.ims.icsi.mmtel", "a b"},
	{IDPAssociatedURI, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDPCalledPartyID, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDPChargeInfo, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDPChargingFunctionAddresses, "ChargingAddresses", "ccf=a;ecf=b", "a;;b"},
	{IDPChargingVector, "ChargingVector", "icid-value=1", "=a"},
	{IDPDCSBillingInfo, "FreeText", `anything;=,"<`, "a\x01"},
	{IDPDCSLAES, "FreeText", `anything;=,"<`, "a\x01"},
	{IDPDCSOSPS, "Token", "emergency", "a b"},
	{IDPDCSRedirect, "FreeText", `anything;=,"<`, "a\x01"},
	{IDPDCSTracePartyID, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDPEarlyMedia, "Token", "a", "a;b"},
	{IDPMediaAuthorization, "Token", "a", "a;b"},
	{IDPPreferredIdentity, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDPPreferredService, "Reference.ParseBare", "urn:urn-7:3gpp-service.ims.icsi.mmtel", "a b"},
	{IDPPrivateNetworkIndication, "Item", "a;b=c", "a b"},
	{IDPProfileKey, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDPRefusedURIList, "Reference", "<http://a.example/b,c>;d=e", "http://a.example"},
	{IDPServedUser, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDPUserDatabase, "Reference", "<sip:a@b;c>;d=e", "sip:a@b"},
	{IDPVisitedNetworkID, "Item.ParseQuoted", `"other, net";a=b`, `"a`},
	{IDPath, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDPermissionMissing, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDPolicyContact, "Reference", "<http://a.example/b,c>;d=e", "http://a.example"},
	{IDPolicyID, "Reference.ParseBare", "urn:urn-7:3gpp-service.ims.icsi.mmtel", "a b"},
	{IDPriority, "Token", "emergency", "a b"},
	{IDPriorityShare, "FreeText", `anything;=,"<`, "a\x01"},
	{IDPriorityVerstat, "FreeText", `anything;=,"<`, "a\x01"},
	{IDPrivAnswerMode, "Item", "a;b=c", "a b"},
	{IDPrivacy, "Privacy", "id;user", "id,user"},
	{IDProxyAuthenticate, "AuthChallenge", `Digest realm="a, b",nonce="c"`, "Digest =x"},
	{IDProxyAuthenticationInfo, "AuthenticationInfo", `nextnonce="a",qop=auth`, "NTLM a=b"},
	{IDProxyAuthorization, "AuthCredentials", `Digest username="a",response="b"`, "Digest"},
	{IDProxyRequire, "OptionSet", "foo", "<"},
	{IDRAck, "RAck", "1 2 INVITE", "1 INVITE"},
	{IDReason, "Reason", "Q.850;cause=16", "SIP;;cause=1"},
	{IDReasonPhrase, "FreeText", `anything;=,"<`, "a\x01"},
	{IDRecordRoute, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDRecvInfo, "InfoPackage", "foo", "a b"},
	{IDReferEventsAt, "Reference", "<sip:a@b;c>;d=e", "sip:a@b"},
	{IDReferSub, "Item", "a;b=c", "a b"},
	{IDReferTo, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDReferredBy, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDRejectContact, "Item", `*;actor="msg-taker"`, "b"},
	{IDRelayedCharge, "FreeText", `anything;=,"<`, "a\x01"},
	{IDRemotePartyID, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDReplaces, "Replaces", "a@b;to-tag=1;from-tag=2", "a@b;;"},
	{IDReplyTo, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDRequestDisposition, "Token", "a", "a;b"},
	{IDRequire, "OptionSet", "100rel", "a,,b"},
	{IDResourcePriority, "ResourcePriority", "wps.0", "wps"},
	{IDResourceShare, "FreeText", `anything;=,"<`, "a\x01"},
	{IDResponseKey, "FreeText", `anything;=,"<`, "a\x01"},
	{IDResponseSource, "FreeText", `anything;=,"<`, "a\x01"},
	{IDRestorationInfo, "FreeText", `anything;=,"<`, "a\x01"},
	{IDRetryAfter, "RetryAfter", "18000 (busy);duration=3600", "soon"},
	{IDRoute, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDRSeq, "ParseRSeq", "988789", "-1"},
	{IDSecurityClient, "SecurityMechanism", "digest;d-qop=auth", ";q"},
	{IDSecurityServer, "SecurityMechanism", "tls;q=0.2", "@"},
	{IDSecurityVerify, "SecurityMechanism", "ipsec-ike;q=0.1", "a;;"},
	{IDServer, "UserAgent", "A/1.0 (b, c)", "A, B"},
	{IDServiceInteractInfo, "FreeText", `anything;=,"<`, "a\x01"},
	{IDServiceRoute, "NameAddr", `"A, B" <sip:a@b;lr>;d=e`, "<sip:a@b"},
	{IDSessionExpires, "SessionExpires", "1800;refresher=uac", "1800 x"},
	{IDSessionID, "SessionID", "ab30317f1a784dc48ff824d0d3715d86", "a b"},
	{IDSIPETag, "Token", "emergency", "a b"},
	{IDSIPIfMatch, "Token", "emergency", "a b"},
	{IDSubject, "FreeText", "Tech, Support", "a\x00"},
	{IDSubscriptionState, "SubscriptionState", "active;expires=1", ";a"},
	{IDSupported, "OptionSet", "100rel, timer", "a;b"},
	{IDSuppressIfMatch, "Token", "emergency", "a b"},
	{IDTargetDialog, "TargetDialog", "a@b;local-tag=1;remote-tag=2", "@"},
	{IDTimestamp, "Timestamp", "54.3 0.5", "1 2 3"},
	{IDTo, "NameAddr", `"A, B" <sip:a@b;c>;d=e`, `"A" sip:a@b`},
	{IDTriggerConsent, "Reference.ParseBare", "urn:urn-7:3gpp-service.ims.icsi.mmtel", "a b"},
	{IDUnsupported, "OptionSet", "foo", "a b"},
	{IDUserAgent, "UserAgent", "A/1.0 (b, c)", "A, B"},
	{IDUsertoUser, "Item.ParseQuoted", `"other, net";a=b`, `"a`},
	{IDVia, "Via", "SIP / 2.0 / UDP h:5060;branch=z9hG4bK1", "SIP/2.0 h"},
	{IDWarning, "Warning", `301 a.example "b, c"`, "301 a x"},
	{IDWWWAuthenticate, "AuthChallenge", `Digest realm="a, b",nonce="c"`, "Digest =x"},
}

// accessors reads one value with each accessor that headerRows names.
var accessors = map[string]func(b []byte) error{
	"ParseUint":           func(b []byte) error { _, _, err := ParseUint(b, 1<<32-1); return err },
	"ParseContentLength":  func(b []byte) error { _, _, err := value.ParseContentLength(b); return err },
	"ParseMaxForwards":    func(b []byte) error { _, _, err := value.ParseMaxForwards(b); return err },
	"ParseExpires":        func(b []byte) error { _, _, err := ParseExpires(b); return err },
	"ParseRSeq":           func(b []byte) error { _, _, err := value.ParseRSeq(b); return err },
	"MethodSet":           func(b []byte) error { var s MethodSet; _, err := s.Add(b); return err },
	"OptionSet":           func(b []byte) error { var s OptionSet; _, err := s.Add(b); return err },
	"Item.ParseQuoted":    func(b []byte) error { var v Item; _, err := v.ParseQuoted(b); return err },
	"Reference.ParseBare": func(b []byte) error { var v Reference; _, err := v.ParseBare(b); return err },
	"ParseCallID":         func(b []byte) error { _, _, err := ParseCallID(b); return err },
	"ParseDate":           func(b []byte) error { _, _, err := ParseDate(b); return err },
	"CSeq":                by[CSeq],
	"RAck":                by[RAck],
	"Replaces":            by[ext.DialogRef],
	"Join":                by[ext.DialogRef],
	"TargetDialog":        by[ext.DialogRef],
	"NameAddr":            by[NameAddr],
	"Contact":             by[Contact],
	"Via":                 by[Via],
	"ParamList":           by[ParamList],
	"IntegerParams":       by[DeltaSeconds],
	"SessionExpires":      by[ext.SessionExpires],
	"MinSE":               by[DeltaSeconds],
	"RetryAfter":          by[retryAfter],
	"Timestamp":           by[Timestamp],
	"Item":                by[Item],
	"Token":               by[tokenView],
	"FreeText":            by[FreeText],
	"Privacy":             by[ext.Privacy],
	"Event":               by[ext.Event],
	"SubscriptionState":   by[ext.SubscriptionState],
	"InfoPackage":         by[ext.InfoPackage],
	"Reason":              by[ext.Reason],
	"ContentType":         by[ContentType],
	"MediaRange":          by[mediaRange],
	"Encoding":            by[Item],
	"Language":            by[Language],
	"Disposition":         by[Disposition],
	"MIMEVersion":         by[MIMEVersion],
	"ContentID":           by[ext.ContentID],
	"Reference":           by[Reference],
	"Warning":             by[Warning],
	"UserAgent":           by[UserAgent],
	"ResourcePriority":    by[ext.ResourcePriority],
	"ChargingVector":      by[ext.ChargingVector],
	"ChargingAddresses":   by[ext.ChargingAddresses],
	"AccessNetwork":       by[ext.AccessNetwork],
	"SecurityMechanism":   by[ext.SecurityMechanism],
	"SessionID":           by[ext.SessionID],
	"Identity":            by[ext.Identity],
	"AuthChallenge":       by[auth.Challenge],
	"AuthCredentials":     by[auth.Credentials],
	"AuthenticationInfo":  by[auth.Info],
}

// by reads a value with a view whose pointer is a [view].
func by[T any, P interface {
	*T
	view
}](b []byte) error {
	var v T
	n, err := P(&v).Parse(b)
	if err == nil && n != len(b) {
		return sipwire.ErrTrailing
	}
	return err
}

// TestHeaderRows lists every row of the header table with the accessor that
// reads it.
func TestHeaderRows(t *testing.T) {
	if len(headerRows) != grammar.NumIDs-1 {
		t.Errorf("%d rows for %d headers", len(headerRows), grammar.NumIDs-1)
	}
	for i, r := range headerRows {
		if r.id != ID(i+1) {
			t.Fatalf("row %d is %v, want %v", i, r.id, ID(i+1))
		}
		read := accessors[r.accessor]
		if read == nil {
			t.Errorf("%v: no accessor %s", r.id, r.accessor)
			continue
		}
		field := []byte(" " + r.good + " \t")
		for v := range r.id.Values(field) {
			if err := read(v); err != nil {
				t.Errorf("%v: %s: %q: %v", r.id, r.accessor, v, err)
			}
		}
		if n, err := r.id.Check(field); err != nil || n != len(field) {
			t.Errorf("%v: Check: %q: %v at %d", r.id, field, err, n)
		}
		if n, err := r.id.Check([]byte(r.bad)); err == nil || n < 0 || n > len(r.bad) {
			t.Errorf("%v: Check: %q: %v at %d", r.id, r.bad, err, n)
		}
		// Those that look beyond what their view does.
		switch grammar.Of(uint8(r.id)) {
		case grammar.NameAddrList, grammar.NameAddrValue, grammar.StarParamsList:
			continue
		}
		if err := read([]byte(r.bad)); err == nil {
			t.Errorf("%v: %s: %q has no error", r.id, r.accessor, r.bad)
		}
	}
}

// TestCheckEmpty holds what may be empty against RFC 3261, 25.1 and the later
// grammars.
func TestCheckEmpty(t *testing.T) {
	may := map[string]bool{
		"Accept": true, "Accept-Encoding": true, "Accept-Language": true, "Allow": true, "Supported": true,
		"Organization": true, "Subject": true, "Content-Description": true, "Recv-Info": true,
		"Accept-Resource-Priority": true, "P-Early-Media": true, "P-Associated-URI": true,
	}
	for id := range ID(grammar.NumIDs) {
		want := may[id.String()] || id.Grammar() == "opaque"
		for _, field := range []string{"", " \t", "\r\n "} {
			n, err := id.Check([]byte(field))
			if (err == nil) != want {
				t.Errorf("%v: %q: %v", id, field, err)
			}
			if err != nil && err != sipwire.ErrEmpty || n > len(field) {
				t.Errorf("%v: %q: %v at %d", id, field, err, n)
			}
		}
		if id.IsSplit() {
			good := headerRows[id-1].good
			for _, field := range []string{",", good + ",", "," + good, good + ", ," + good} {
				if _, err := id.Check([]byte(field)); err != sipwire.ErrList && id != IDContact {
					t.Errorf("%v: %q: %v", id, field, err)
				}
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		id    ID
		field string
		n     int
		code  sipwire.Code
	}{
		{IDAllow, "INVITE, ACK", 11, 0},
		{IDAllow, " INVITE , AC K", 13, sipwire.ErrTrailing},
		{IDAllow, "INVITE,,ACK", 7, sipwire.ErrList},
		{IDAllow, "INVITE\r\n,ACK", 6, sipwire.ErrControl},
		{IDAllow, "INVITE\r\n ,ACK\r\n", 15, 0},
		{IDAllow, "INVITE,@\r\n,ACK", 7, sipwire.ErrToken},
		{IDVia, "SIP/2.0/UDP a;b, SIP/2.0/UDP", 28, sipwire.ErrProtocol},
		{IDContact, "*", 1, 0},
		{IDContact, " * ", 3, 0},
		{IDContact, "*, <sip:a@b>", 0, sipwire.ErrWildcard},
		{IDContact, "<sip:a@b>, *", 11, sipwire.ErrWildcard},
		{IDContact, "<sip:a@b>,<a@b>", 12, sipwire.ErrScheme},
		{IDRoute, "<sip:a;lr>, sip:b", 12, sipwire.ErrNeedAngle},
		{IDContentLanguage, "fr, en;q=1", 6, sipwire.ErrTrailing},
		{IDAllowEvents, "presence;a", 8, sipwire.ErrTrailing},
		{IDAllowEvents, "presence,a.", 10, sipwire.ErrValue},
		{IDMaxForwards, "256", 0, sipwire.ErrRange},
		{IDFlowTimer, "4294967296", 0, sipwire.ErrRange},
		{IDContentLength, "9223372036854775808", 0, sipwire.ErrRange},
		{IDExpires, "99999999999", 11, 0},
		{IDWWWAuthenticate, `Digest realm="a", Digest realm="b"`, 34, 0},
		{IDWWWAuthenticate, `Digest realm="a", Digest realm`, 30, sipwire.ErrParam},
		{IDAuthorization, `Digest realm="a", Digest realm="b"`, 16, sipwire.ErrTrailing},
		{IDOther, "a\x01", 1, sipwire.ErrControl},
		{ID(255), "a", 1, 0},
	} {
		n, err := c.id.Check([]byte(c.field))
		if n != c.n || err != c.code.Err() {
			t.Errorf("%v: %q: %v at %d, want %v at %d", c.id, c.field, err, n, c.code.Err(), c.n)
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, r := range headerRows {
		f.Add(uint8(r.id), r.good)
		f.Add(uint8(r.id), r.bad)
	}
	f.Fuzz(func(t *testing.T, i uint8, s string) {
		id, b := ID(i), []byte(s)
		n, err := id.Check(b)
		if string(b) != s {
			t.Fatalf("%v: %q was written to", id, s)
		}
		if n < 0 || n > len(s) || err == nil && n != len(s) {
			t.Fatalf("%v: %q: %v at %d", id, s, err, n)
		}
		if code, ok := err.(sipwire.Code); err != nil && (!ok || code == 0) {
			t.Fatalf("%v: %q: error %#v", id, s, err)
		}
		// A field is good when each of its values is.
		if int(id) >= grammar.NumIDs || BadLine(b) < len(b) {
			return
		}
		count := 0
		for v := range id.Values(b) {
			count++
			if _, verr := id.Check(v); err == nil && verr != nil && len(v) > 0 {
				t.Fatalf("%v: %q is good, its value %q is not: %v", id, s, v, verr)
			}
		}
		if err == nil && count == 0 && !id.MayBeEmpty() {
			t.Fatalf("%v: %q is good and empty", id, s)
		}
	})
}
