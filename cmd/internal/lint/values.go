package lint

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/cmd/internal/typed"
	"github.com/sipwire/sipwire/header"
)

// values reports every header whose value does not follow its grammar.
func (c *checker) values() {
	for _, e := range typed.Errors(c.m) {
		id := e.Field.ID
		s := Warning
		if core(id) && (id != header.IDMaxForwards || e.Code != sipwire.ErrRange) { // as if absent: RFC 4475, 3.1.2.4
			s = Error
		}
		switch {
		case e.Code == sipwire.ErrContentLength, id == header.IDContentLength:
			// The index has said so already.
		case id.Multi() == header.Single && e.Offset < len(c.b) && c.b[e.Offset] == ',':
			c.add(s, "several-values", rfcOf(id), id.String(), e.Offset, "%s takes one value and no comma behind it; a display name with one must be quoted", id)
		default:
			c.add(s, e.Code.Name(), rfcOf(id), id.String(), e.Offset, "malformed %s: %v", id, e.Code)
		}
	}
}
