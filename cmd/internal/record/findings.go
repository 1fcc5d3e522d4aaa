package record

import (
	"github.com/sipwire/sipwire/lint"
)

// Findings is the JSON form of what is wrong with one message.
type Findings struct {
	File     Text      `json:"file"`
	Findings []Finding `json:"findings"`
}

// FindingsInStream are the findings of one message of a byte stream. Every
// offset in it counts from the first byte of the message.
type FindingsInStream struct {
	*Findings
	StreamOffset int64 `json:"stream_offset"` // of the message in the stream
}

// A Finding is the JSON form of one [lint.Finding].
type Finding struct {
	Severity string `json:"severity"` // "error", "warning" or "note"
	Code     string `json:"code"`
	RFC      string `json:"rfc"`
	Header   Text   `json:"header"` // null when no header is concerned
	Offset   *int   `json:"offset"` // null when the file could not be read
	Message  Text   `json:"message"`
}

// FindingsOf returns the JSON form of findings.
func FindingsOf(file string, found []lint.Finding) *Findings {
	all := &Findings{File: Text(file), Findings: make([]Finding, 0, len(found))}
	for _, f := range found {
		offset := f.Offset
		j := Finding{Severity: f.Severity.String(), Code: string(f.Rule), RFC: f.RFC, Offset: &offset, Message: Text(f.Text)}
		if f.Header != "" {
			j.Header = Text(f.Header)
		}
		all.Findings = append(all.Findings, j)
	}
	return all
}

// UnreadableFindings stands for the findings of a file that could not be
// read: one error.
func UnreadableFindings(file string, err error) *Findings {
	return &Findings{File: Text(file), Findings: []Finding{{
		Severity: lint.Error.String(), Code: "unreadable", Message: Text(err.Error()),
	}}}
}
