package main

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/header"
	"github.com/sipwire/sipwire/lint"
)

// maxOffers is the most offers that are kept to compare answers with; when
// there are more, all are forgotten.
const maxOffers = 1024

// offers are the messages with a body that have not been answered yet, by
// Call-ID.
type offers map[string]*codec.Message

// check returns what is wrong with m as the answer to a message before it, and
// keeps m as an offer when it is none.
func (o offers) check(m *codec.Message) []lint.Finding {
	id := string(m.Value(header.IDCallID))
	if m.Err() != nil || len(m.Body()) == 0 || id == "" {
		return nil
	}
	offer := o[id]
	if offer == nil || !lint.IsAnswerTo(offer, m) {
		if len(o) >= maxOffers {
			clear(o)
		}
		o[id] = m.Clone()
		return nil
	}
	return lint.CheckAnswer(offer, m)
}
