package lint

import (
	"fmt"
	"strings"

	"github.com/sipwire/sipwire/header"
)

// sections are the headers of RFC 3261, 20 in its order: the first is 20.1.
var sections = [...]header.ID{
	header.IDAccept, header.IDAcceptEncoding, header.IDAcceptLanguage, header.IDAlertInfo, header.IDAllow,
	header.IDAuthenticationInfo, header.IDAuthorization, header.IDCallID, header.IDCallInfo, header.IDContact,
	header.IDContentDisposition, header.IDContentEncoding, header.IDContentLanguage, header.IDContentLength,
	header.IDContentType, header.IDCSeq, header.IDDate, header.IDErrorInfo, header.IDExpires, header.IDFrom,
	header.IDInReplyTo, header.IDMaxForwards, header.IDMinExpires, header.IDMIMEVersion, header.IDOrganization,
	header.IDPriority, header.IDProxyAuthenticate, header.IDProxyAuthorization, header.IDProxyRequire,
	header.IDRecordRoute, header.IDReplyTo, header.IDRequire, header.IDRetryAfter, header.IDRoute, header.IDServer,
	header.IDSubject, header.IDSupported, header.IDTimestamp, header.IDTo, header.IDUnsupported, header.IDUserAgent,
	header.IDVia, header.IDWarning, header.IDWWWAuthenticate,
}

// rfcOf returns the document that defines a header, with the section for those of
// RFC 3261.
func rfcOf(id header.ID) string {
	for i, s := range sections {
		if s == id {
			return rfc3261(fmt.Sprintf("20.%d", i+1))
		}
	}
	rfc := id.RFC()
	if n, ok := strings.CutPrefix(rfc, "RFC"); ok {
		return "RFC " + n
	}
	return rfc
}

// rfc3261 names a section of RFC 3261.
func rfc3261(section string) string { return "RFC 3261, " + section }
