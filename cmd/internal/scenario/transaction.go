package scenario

// A Txn is a transaction that the scenario names: one that a request begins
// which is sent (a client's), or one which is received (a server's).
type Txn struct {
	Name   string
	Server bool
	Invite bool // of a client's
	Ack    int  // the step with its ack_txn, or None

	started bool
	node    *node // where it is first named
}

// txn returns the number of the transaction that an attribute names.
func (e *element) txn(attribute string) int {
	name, ok := e.get(attribute)
	if !ok {
		return None
	}
	p := e.c.prog
	if i, ok := p.txnIndex[name]; ok {
		return i
	}
	p.Txns = append(p.Txns, Txn{Name: name, Ack: None, node: e.node})
	p.txnIndex[name] = len(p.Txns) - 1
	return len(p.Txns) - 1
}

// begins notes that the request of a step begins a transaction.
func (e *element) begins(txn int, server bool) {
	t := &e.c.prog.Txns[txn]
	if t.started && t.Server != server {
		e.fail("start_txn=%q is for requests that are sent or for those received, not for both", t.Name)
	}
	t.started, t.Server = true, server
}

// sendTxns reads the transactions that a <send> names.
func (e *element) sendTxns(s *Step) {
	request := s.Message.Status == 0
	if s.StartTxn = e.txn("start_txn"); s.StartTxn != None {
		if !request || s.Method == "ACK" {
			e.fail("start_txn is for a request that is answered, not for %s", s.Message.name())
		}
		e.begins(s.StartTxn, false)
		e.c.prog.Txns[s.StartTxn].Invite = s.Method == "INVITE"
	}
	if s.AckTxn = e.txn("ack_txn"); s.AckTxn != None {
		if s.Method != "ACK" {
			e.fail("ack_txn is for an ACK, not for %s", s.Message.name())
		}
		e.c.prog.Txns[s.AckTxn].Ack = len(e.c.prog.Steps)
	}
	if s.ResponseTxn = e.txn("response_txn"); s.ResponseTxn != None && request {
		e.fail("response_txn is for a response, not for %s", s.Message.name())
	}
}

// recvTxns reads the transactions that a <recv> names.
func (e *element) recvTxns(s *Step) {
	if s.StartTxn = e.txn("start_txn"); s.StartTxn != None {
		if s.IsResponse {
			e.fail("start_txn is for a request")
		}
		e.begins(s.StartTxn, true)
	}
	if s.ResponseTxn = e.txn("response_txn"); s.ResponseTxn != None && !s.IsResponse {
		e.fail("response_txn is for a response")
	}
}

// checkTxns checks what can only be seen once all steps are there.
func (c *compiler) checkTxns() error {
	for i := range c.prog.Txns {
		t := &c.prog.Txns[i]
		switch {
		case !t.started:
			return c.fault(t.node, "no request has start_txn=%q", t.Name)
		case t.Invite && t.Ack == None:
			return c.fault(t.node, "the INVITE with start_txn=%q has no ACK with ack_txn=%q", t.Name, t.Name)
		}
	}
	for i := range c.prog.Steps {
		s := &c.prog.Steps[i]
		if s.ResponseTxn == None || s.Kind != Send && s.Kind != Recv {
			continue
		}
		if t := &c.prog.Txns[s.ResponseTxn]; t.Server != (s.Kind == Send) {
			return c.fault(t.node, "line %d: response_txn=%q is on the side that has sent the request", s.Line, t.Name)
		}
	}
	return nil
}
