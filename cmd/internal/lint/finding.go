package lint

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sipwire/sipwire/header"
)

// Severity says what a finding costs.
type Severity uint8

// The severities, the worst last.
const (
	// Note is worth knowing and breaks no rule, or none that matters alone.
	Note Severity = iota
	// Warning breaks a rule, and elements get by: what is wrong is ignored,
	// guessed or tolerated.
	Warning
	// Error makes an RFC 3261 element answer with 400, 416, 420 or 505, or
	// drop the message.
	Error
)

// String returns "note", "warning" or "error".
func (s Severity) String() string { return [...]string{"note", "warning", "error"}[s] }

// A Finding is one thing that is wrong with a message.
type Finding struct {
	Severity Severity
	Code     string // short lower-case name of the rule
	RFC      string // document and section that state it: "RFC 3261, 8.1.1"
	Header   string // the header concerned, "" for none
	Offset   int    // of the byte concerned, in the bytes of the message
	Message  string // a sentence for people; may quote the message raw
}

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

// rfcOf returns where a header is defined, with the section for those of
// RFC 3261.
func rfcOf(id header.ID) string {
	for i, s := range sections {
		if s == id {
			return rfc3261(fmt.Sprintf("20.%d", i+1))
		}
	}
	rfc := id.Info().RFC
	if n, ok := strings.CutPrefix(rfc, "RFC"); ok {
		return "RFC " + n
	}
	return rfc
}

// rfc3261 names a section of RFC 3261.
func rfc3261(section string) string { return "RFC 3261, " + section }

// order puts findings in the order of their place in the message, the worst
// of one place first.
func order(all []Finding) {
	slices.SortStableFunc(all, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), -cmp.Compare(a.Severity, b.Severity))
	})
}

// Worst returns the worst severity among findings, Note when there are none.
func Worst(all []Finding) Severity {
	worst := Note
	for _, f := range all {
		worst = max(worst, f.Severity)
	}
	return worst
}
