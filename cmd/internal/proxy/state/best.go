package state

import (
	"github.com/sipwire/sipwire/codec"
	"github.com/sipwire/sipwire/compose"
	"github.com/sipwire/sipwire/header"
)

// conclude gives the best response of all branches to the client (RFC 3261,
// 16.7, steps 6 to 9). m is the one that has come just now, of last; nil for
// none. It reports whether m was the one.
func (p *Proxy) conclude(c *context, last *branch, m *codec.Message) bool {
	var best *branch
	p.each(c, func(_ uint32, b *branch) bool {
		if b.step == done && b.status != 0 && (best == nil || p.rank(c, b) <= p.rank(c, best)) {
			best = b
		}
		return true
	})
	if best == nil { // none of the contacts of a 3xx could be tried
		p.answer(c, &compose.Reply{Status: 480})
		return false
	}
	isLast := best == last && m != nil
	response := m
	if !isLast {
		response = nil
		if b := p.bytes(best.resp); b != nil {
			if p.request = append(p.request[:0], b...); p.again.Parse(p.request) == nil {
				response = &p.again
			}
		}
	}
	c.final = best.status
	if response == nil {
		p.answer(c, &compose.Reply{Status: p.statusOf(c, best)})
		return false
	}
	_ = p.edit.Begin(response) // what goes wrong stays in p.edit until AppendTo
	switch best.status {
	case 503: // step 6: it would keep the client from all that the proxy reaches
		c.final = 500
		_ = p.edit.SetStatusLine(500, nil)
	case 401, 407:
		p.addChallenges(c, best, last, m, response)
	}
	if !p.passEdit(c, response) {
		// It is too long: the client still needs an end.
		p.answer(c, &compose.Reply{Status: p.statusOf(c, best)})
		return false
	}
	return isLast
}

// statusOf returns the status of an answer that is made here for a branch.
func (p *Proxy) statusOf(c *context, b *branch) int {
	switch {
	case b.status == 408 && c.flags&cancelled != 0:
		return 487
	case b.status == 503 && b.client != 0:
		return 500
	}
	return int(b.status) // a 503 of a branch that the limits did not let begin
}

// rank orders final responses; the lowest is the best (16.7, step 6). 6xx come
// first, then the classes in their order, and among 4xx those that say how the
// client can do better. One that was made here for a silent branch comes last.
func (p *Proxy) rank(c *context, b *branch) int {
	class := int(b.status) / 100
	if class == 6 {
		return 0
	}
	within := 3
	switch b.status {
	case 401, 407:
		within = 1
	case 415, 420, 484:
		within = 2
	case 487:
		if within = 4; c.flags&cancelled != 0 {
			within = 0 // what the client waits for
		}
	case 408, 430:
		within = 5
	case 503:
		within = 6
	}
	return class<<3 | within
}

// addChallenges adds the challenges of the other branches to the best response
// (16.7, step 7).
func (p *Proxy) addChallenges(c *context, best, last *branch, m, response *codec.Message) {
	add := func(other *codec.Message) {
		for _, id := range [...]header.ID{header.IDWWWAuthenticate, header.IDProxyAuthenticate} {
			for f := range other.All(id) {
				_ = p.edit.Add(codec.Bottom(), id, f.Value)
			}
		}
	}
	var kept codec.Message // of a rare case: forking to more than one that challenges
	p.each(c, func(_ uint32, b *branch) bool {
		switch {
		case b == best || b.status != 401 && b.status != 407:
		case b == last && m != nil:
			add(m)
		case kept.Parse(p.bytes(b.resp)) == nil:
			add(&kept)
		}
		return true
	})
}
