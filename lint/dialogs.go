package lint

import (
	"strings"

	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/header/ext"
)

// dialogRef reports a reference to a dialog that does not name it: a Call-ID and
// both tags do (RFC 3261, 12).
func (c *checker) dialogRef(f *codec.Field) {
	var r ext.DialogRef
	if _, err := r.Parse(f.Value); err != nil {
		return
	}
	rfc, names := "RFC 3891, 6.1", []string{"to-tag", "from-tag"}
	switch f.ID {
	case header.IDJoin:
		rfc = "RFC 3911, 7.1"
	case header.IDTargetDialog:
		rfc, names = "RFC 4538, 7", []string{"local-tag", "remote-tag"}
	}
	var lacks []string
	for _, name := range names {
		if v, _ := r.Params().Get(name); len(v) == 0 {
			lacks = append(lacks, name)
		}
	}
	if len(lacks) > 0 {
		c.add(Warning, RuleDialogTags, rfc, f.ID.String(), f.ValueOffset, "%s without %s names no dialog", f.ID, strings.Join(lacks, " and "))
	}
}

// inDialog reports whether a request of the method is never sent outside of a
// dialog, so that its To has the tag of the other side.
func inDialog(m header.Method) bool {
	switch m {
	case header.MethodACK, header.MethodBYE, header.MethodINFO, header.MethodPRACK, header.MethodUPDATE:
		return true
	}
	return false
}

// oneContact reports whether the message must have exactly one Contact, with a
// sip or sips URI: the remote target of a dialog that it establishes or a target
// refresh (RFC 3261, 8.1.1.8 and 12.1; RFC 3311; RFC 6665).
func (c *checker) oneContact() bool {
	switch c.method {
	case header.MethodINVITE, header.MethodSUBSCRIBE:
		return c.m.Status() < 300
	case header.MethodREFER, header.MethodUPDATE:
		return c.m.IsRequest()
	}
	return false
}
