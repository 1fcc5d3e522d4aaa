package show

import (
	"fmt"

	"github.com/sipwire/sipwire/cmd/internal/record"
)

// StreamEnd prints how much was in a stream, and where and why it ends.
func (pr *Printer) StreamEnd(name string, e *record.StreamEnd) {
	fmt.Fprintf(pr.w, "%s  %s, %s\n", pr.p.title.Sprint(Printable([]byte(name))),
		count(e.Messages, "message"), count(e.KeepAlives, "keep-alive"))
	switch e.End {
	case record.EndClean:
		pr.line(elbow, "", fmt.Sprintf("ends cleanly at byte %d", e.Offset))
	default:
		pr.line(elbow, pr.p.bad.Sprint(e.End), fmt.Sprintf("  %s; byte %d, in what starts at byte %d",
			Printable([]byte(e.Error)), e.Offset, e.StreamOffset))
	}
}
