package lint

import (
	"cmp"
	"fmt"
	"slices"
)

// A Severity says what a finding costs. A higher one is worse.
type Severity uint8

// The severities.
const (
	// None is the severity of no finding at all.
	None Severity = iota
	// Note is worth knowing and breaks no rule, or none that matters alone.
	Note
	// Warning breaks a rule, but elements cope: they ignore, guess or tolerate
	// what is wrong.
	Warning
	// Error makes an RFC 3261 element answer with 400, 416, 420 or 505, or
	// drop the message.
	Error
)

var severities = [...]string{"none", "note", "warning", "error"}

// String returns "none", "note", "warning" or "error".
func (s Severity) String() string {
	if int(s) >= len(severities) {
		return fmt.Sprintf("severity %d", uint8(s))
	}
	return severities[s]
}

// A Finding is one thing that is wrong with a message. It owns its text.
type Finding struct {
	Severity Severity
	Rule     Rule
	RFC      string // document and section of the rule: "RFC 3261, 8.1.1"
	Header   string // the header field concerned: the registered long name, or the name as received; "" for none
	Offset   int    // byte offset of what is wrong, from the first byte of the message
	Text     string // a sentence for people; all of it is printable
}

// String returns the finding as one line for a log.
func (f Finding) String() string {
	where := ""
	if f.Header != "" {
		where = f.Header + ", "
	}
	return fmt.Sprintf("%s: %sbyte %d: %s [%s; %s]", f.Severity, where, f.Offset, f.Text, f.Rule, f.RFC)
}

// Worst returns the worst severity in found, None when there is no finding.
func Worst(found []Finding) Severity {
	worst := None
	for _, f := range found {
		worst = max(worst, f.Severity)
	}
	return worst
}

// order sorts findings by their offset in the message, the worst of one offset
// first.
func order(found []Finding) {
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), -cmp.Compare(a.Severity, b.Severity))
	})
}
