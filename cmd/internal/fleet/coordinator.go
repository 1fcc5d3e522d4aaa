package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/sipwire/sipwire/cmd/internal/load"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A Coordinator shares one run out and sums it up.
type Coordinator struct {
	Address string // of the NATS server
	Name    string // of the fleet: several can use one server
	Size    int    // how many workers there are
	Version string // of this program; workers must be of the same
	Job     []byte // what workers need to know, opaque to this package
	Wait    time.Duration

	Program *scenario.Program
	Late    time.Duration
	Rate    *load.Rate // of all together; nil in a closed loop
	Users   int        // of all together, in a closed loop
	Each    func(*load.Sample)
	Say     func(line string) // what happens to workers; may be nil

	nc      *nats.Conn
	subject subjects
	run     string
	packed  []byte

	attending sync.WaitGroup

	mu      sync.Mutex // guards what is below
	members []*member
	begun   bool
	start   time.Time
	control load.Control
	leave   string        // why all must leave before the end
	changed chan struct{} // closed and made anew when control, begun or leave change

	series []load.Sample
	before *load.Totals // of the last sample
}

// Controls returns what changes the run while it goes on.
func (c *Coordinator) Controls() *load.Controls {
	return load.NewControls(c.Rate, c.Users, c.elapsed, func(control load.Control) {
		if c.Rate != nil {
			c.Rate.Fix(control)
		}
		c.change(func() { c.control = control })
	})
}

// change makes a change that all members must hear of.
func (c *Coordinator) change(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	if c.changed != nil {
		close(c.changed)
	}
	c.changed = make(chan struct{})
}

// hurry returns what is closed at the next change.
func (c *Coordinator) hurry() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return c.changed
}

func (c *Coordinator) say(format string, args ...any) {
	if c.Say != nil {
		c.Say(fmt.Sprintf(format, args...))
	}
}

func (c *Coordinator) elapsed() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.begun {
		return 0
	}
	return time.Since(c.start)
}

// Run waits for the workers, has them run, and returns the sum of what they
// did. An error is for a run that did not begin.
func (c *Coordinator) Run(ctx context.Context) (*load.Result, error) {
	var err error
	if c.subject, err = named(c.Name); err != nil {
		return nil, err
	}
	if c.packed, err = pack(c.Job); err != nil {
		return nil, err
	}
	if c.nc, err = connect(c.Address, "sipwire coordinator"); err != nil {
		return nil, err
	}
	defer c.nc.Close()
	if most := c.nc.MaxPayload(); int64(len(c.packed))*4/3+1024 > most {
		return nil, fmt.Errorf("scenario and injection files are %d bytes, packed: the NATS server takes messages of %d", len(c.packed), most)
	}
	c.run = nuid.Next()
	joining, err := c.nc.Subscribe(c.subject.join(), c.admit)
	if err != nil {
		return nil, err
	}
	err = c.gather(ctx)
	joining.Unsubscribe()
	if err != nil {
		c.change(func() { c.leave = err.Error() })
		c.attending.Wait()
		return nil, err
	}
	c.begin()
	c.follow()
	c.attending.Wait()
	return c.result(), nil
}

// admit answers a worker that asks for work.
func (c *Coordinator) admit(m *nats.Msg) {
	var j join
	if json.Unmarshal(m.Data, &j) != nil || !fleetName().MatchString(j.ID) {
		return
	}
	t := task{Run: c.run, Share: load.Share{Of: c.Size}}
	c.mu.Lock()
	w, fresh := c.seat(&j)
	c.mu.Unlock()
	switch {
	case j.Version != c.Version:
		t.Refused = fmt.Sprintf("this worker is sipwire %s, the coordinator %s", j.Version, c.Version)
	case w == nil:
		return // all places are taken; it asks again, and one may have become free
	default:
		t.Share.Index, t.Job = w.index, c.packed
	}
	if data, err := json.Marshal(t); err == nil {
		m.Respond(data)
	}
	if fresh {
		c.say("worker %s is here", w.name)
		go c.attend(w)
	}
}

// seat finds the place of a worker, one that is there already or a free one. It
// returns nil when there is none. The lock is held.
func (c *Coordinator) seat(j *join) (w *member, fresh bool) {
	if j.Version != c.Version || c.begun || c.leave != "" {
		return nil, false
	}
	taken := make([]bool, c.Size)
	for _, m := range c.members {
		switch {
		case m.gone:
		case m.id == j.ID:
			return m, false
		default:
			taken[m.index] = true
		}
	}
	for i, t := range taken {
		if t {
			continue
		}
		w = &member{id: j.ID, name: clean(j.Name, maxName), index: i, state: preparing, heard: time.Now()}
		c.members = append(c.members, w)
		c.attending.Add(1)
		return w, true
	}
	return nil, false
}

// gather waits until all workers are ready.
func (c *Coordinator) gather(ctx context.Context) error {
	wait, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		here, err := c.ready()
		if err != nil || here == c.Size {
			return err
		}
		select {
		case <-tick.C:
		case <-wait.Done():
			if ctx.Err() != nil {
				return errors.New("stopped before the start")
			}
			return fmt.Errorf("%d of %d workers were ready within %v", here, c.Size, c.Wait)
		}
	}
}

// ready counts the workers that are ready.
func (c *Coordinator) ready() (n int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	kept := c.members[:0]
	for _, m := range c.members {
		if m.gone {
			continue
		}
		kept = append(kept, m)
		switch m.state {
		case failed:
			return n, fmt.Errorf("worker %s: %s", m.name, m.fault)
		case ready:
			n++
		case ended:
			return n, fmt.Errorf("worker %s was stopped before the start", m.name)
		}
	}
	c.members = kept
	return n, nil
}

// begin has all workers begin at once. One that the message does not reach is
// told with the next question.
func (c *Coordinator) begin() {
	c.nc.Publish(c.subject.start(c.run), nil)
	c.change(func() { c.begun, c.start = true, time.Now() })
}

// follow takes a sample every second, until all workers have ended.
func (c *Coordinator) follow() {
	over := make(chan struct{})
	go func() {
		c.attending.Wait()
		close(over)
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			c.sample()
		case <-over:
			return
		}
	}
}
