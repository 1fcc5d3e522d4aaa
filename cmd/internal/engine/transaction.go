package engine

import "github.com/sipwire/sipwire/codec"

// A txn is a transaction of a call that its scenario names.
type txn struct {
	branch []byte // of the request that was sent
	hash   uint64 // of the final response to it, or of the request that was received
	acked  int    // the step with its ACK and 1, once that was sent

	request     []byte // that was received
	requestStep int
	response    []byte // the last one sent to it; empty for none
	step        int    // where it was sent
}

// prepareTxns makes room for the transactions of a call. Their buffers stay with
// the place of the call.
func (c *call) prepareTxns(n int) {
	if cap(c.txns) < n {
		c.txns = make([]txn, n)
	}
	c.txns = c.txns[:n]
	for i := range c.txns {
		t := &c.txns[i]
		*t = txn{branch: t.branch[:0], request: t.request[:0], response: t.response[:0]}
	}
}

// send notes the request that begins the transaction; m is scratch.
func (t *txn) send(m *codec.Message, data []byte) {
	t.branch, t.hash, t.acked = t.branch[:0], 0, 0
	if m.Parse(data) != nil {
		return // malformed on purpose: nothing can be matched to it
	}
	if via, err := m.TopVia(); err == nil {
		t.branch = append(t.branch, via.Branch()...)
	}
}

// answeredBy reports whether a response is one to the request that was sent.
func (t *txn) answeredBy(m *codec.Message) bool {
	via, err := m.TopVia()
	return err == nil && len(t.branch) > 0 && string(via.Branch()) == string(t.branch)
}

// receive notes the request that begins the transaction.
func (t *txn) receive(data []byte, hash uint64, step int) {
	t.request, t.response = append(t.request[:0], data...), t.response[:0]
	t.hash, t.requestStep = hash, step
}

// answer notes a response.
func (t *txn) answer(data []byte, step int) {
	t.response, t.step = append(t.response[:0], data...), step
}

// repeatsTxn handles a request of a named transaction that has been received
// before: it gets the last response to it, whatever came since. It reports
// whether it is one.
func (e *Engine) repeatsTxn(c *call, hash uint64) bool {
	if e.cfg.Reliable || e.cfg.NoRetrans {
		return false
	}
	for i := range c.txns {
		t := &c.txns[i]
		if len(t.request) == 0 || t.hash != hash {
			continue
		}
		e.Counts.Steps[t.requestStep].Repeated++
		if len(t.response) > 0 {
			e.again(c, t.step, t.response)
			e.Counts.Steps[t.step].Repeated++
			e.Counts.RepeatedOnRequest++
		}
		return true
	}
	return false
}
