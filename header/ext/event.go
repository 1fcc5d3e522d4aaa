package ext

import (
	"bytes"

	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/internal/value"
)

// Event is a view of the value of Event (RFC 6665, 8.2.1: event-type *( SEMI
// event-param )), and of one element of Allow-Events, which has no parameters. The
// zero Event is invalid. It may be copied freely. It and everything it returns are
// valid as long as the bytes it was parsed from are.
type Event struct{ header.Item }

// Parse reads b, the whole of which must be one value. Without an error n is
// len(b). With one n is the offset of the byte that is wrong, the error is a
// sipwire.Code and v is invalid.
func (v *Event) Parse(b []byte) (n int, err error) {
	if n, err = v.Item.Parse(b); err != nil {
		return n, err
	}
	if i := value.BadEventType(v.Value()); i >= 0 {
		*v = Event{}
		return value.SkipLWS(b, 0) + i, sipwire.ErrValue
	}
	return n, nil
}

// Type returns the whole event type, such as "presence.winfo". Types are
// compared byte for byte (RFC 6665, 8.2.1).
func (v Event) Type() []byte { return v.Value() }

// Package returns the event type up to its first ".", such as "presence".
func (v Event) Package() []byte {
	t := v.Value()
	if i := bytes.IndexByte(t, '.'); i >= 0 {
		return t[:i:i]
	}
	return t
}

// Templates returns what follows the package, such as "winfo", nil when
// nothing does.
func (v Event) Templates() []byte {
	t := v.Value()
	if i := bytes.IndexByte(t, '.'); i >= 0 {
		return t[i+1:]
	}
	return nil
}

// ID returns the id parameter, nil when it is missing. It is compared byte for
// byte, and a missing one equals only a missing one (RFC 6665, 8.2.1).
func (v Event) ID() []byte {
	id, _ := v.Params().Get("id")
	return id
}

// Matches reports whether a NOTIFY with event w belongs to a subscription with
// event v: types and id parameters must be equal byte for byte, other
// parameters are ignored (RFC 6665, 8.2.1).
func (v Event) Matches(w Event) bool {
	a, aok := v.Params().Get("id")
	b, bok := w.Params().Get("id")
	return v.IsValid() && aok == bok && bytes.Equal(a, b) && bytes.Equal(v.Value(), w.Value())
}
