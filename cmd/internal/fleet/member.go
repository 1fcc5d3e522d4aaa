package fleet

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// A member is a worker, as the coordinator knows it. The coordinator's lock
// guards it.
type member struct {
	id, name string
	index    int
	state    string
	totals   *load.Totals // the last figures
	heard    time.Time    // when it last answered
	fault    string       // of a worker that failed
	lost     bool
	gone     bool // it left before the start, and its place is free
}

// over reports whether nothing more is to come of a member.
func (m *member) over() bool { return m.lost || m.state == ended || m.state == failed }

// attend asks a member again and again, until it has ended or is lost.
func (c *Coordinator) attend(m *member) {
	defer c.attending.Done()
	for {
		c.ask(m)
		c.mu.Lock()
		over, begun, leave := m.over(), c.begun, c.leave
		c.mu.Unlock()
		if over || leave != "" {
			if !m.lost {
				c.dismiss(m, leave)
			}
			return
		}
		wait := askEvery
		if !begun {
			wait = 100 * time.Millisecond
		}
		select {
		case <-time.After(wait):
		case <-c.hurry(): // something has changed that all must hear of
		}
	}
}

// ask asks a member once for its figures.
func (c *Coordinator) ask(m *member) {
	c.mu.Lock()
	o := orders{Run: c.run, Begin: c.begun, Control: c.control}
	c.mu.Unlock()
	s, err := c.request(m, o, askWait)
	c.mu.Lock()
	defer c.mu.Unlock()
	silent := time.Since(m.heard)
	switch {
	case err == nil:
		m.heard = time.Now()
		c.hear(m, s)
	case errors.Is(err, nats.ErrNoResponders) && silent > goneAfter, silent > hungAfter:
		c.lose(m)
	}
}

// request sends orders to a member and returns its answer.
func (c *Coordinator) request(m *member, o orders, wait time.Duration) (*status, error) {
	data, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	answer, err := c.nc.Request(c.subject.worker(m.id), data, wait)
	if err != nil {
		return nil, err
	}
	var s status
	return &s, json.Unmarshal(answer.Data, &s)
}

// hear takes the answer of a member.
func (c *Coordinator) hear(m *member, s *status) {
	m.state = s.State
	switch {
	case s.State == failed:
		m.fault = clean(s.Error, 300)
	case s.Figures != nil:
		t, err := s.Figures.decode(c.Program)
		if err != nil {
			m.state, m.fault = failed, err.Error()
			return
		}
		m.totals = t
	}
}

// lose gives a member up. Before the start another worker can take its place.
func (c *Coordinator) lose(m *member) {
	m.lost = true
	if !c.begun {
		m.gone = true
	}
	c.say("worker %s is lost: it has not answered for %.0f s", m.name, time.Since(m.heard).Seconds())
}

// dismiss lets a member go.
func (c *Coordinator) dismiss(m *member, why string) {
	if why == "" {
		why = done
	}
	c.request(m, orders{Run: c.run, Leave: why}, askWait)
}

// account is what the result says of a member.
func (c *Coordinator) account(m *member) load.Member {
	a := load.Member{Name: m.name, Lost: m.lost, Fault: m.fault}
	if m.totals != nil {
		r := load.NewResult(c.Program, c.Late, nil, load.Share{}, m.totals, nil)
		a.Calls, a.Successful, a.Failed, a.Open = r.Calls, r.Successful, r.Failed, r.Open
		a.Seconds, a.LateSends, a.Latency = r.Seconds, r.LateSends, r.Latency
		if a.Fault == "" {
			a.Fault = r.Health.Fault
		}
	}
	if m.lost {
		a.Fault = fmt.Sprintf("it stopped answering after %g s", a.Seconds)
	}
	return a
}
