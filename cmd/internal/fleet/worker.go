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
)

// A Worker is this process as one of a fleet.
type Worker struct {
	Share load.Share
	Job   []byte

	nc  *nats.Conn
	run string

	begin sync.Once
	begun chan struct{} // closed when the run begins
	left  chan struct{} // closed when the coordinator needs no more

	mu      sync.Mutex // guards what is below
	state   string
	fault   string
	runner  *load.Runner
	control load.Control
	final   *figures
	asked   time.Time
	why     string // of left
}

// Errors of a worker.
var (
	ErrLonely = errors.New("the coordinator is gone")
	errUnused = errors.New("no work came in time")
)

// Join asks for work at a server until there is some. name is what the worker
// is called in the result.
func Join(ctx context.Context, address, fleet, name, version string) (*Worker, error) {
	subject, err := named(fleet)
	if err != nil {
		return nil, err
	}
	nc, err := connect(address, "sipwire worker "+name)
	if err != nil {
		return nil, err
	}
	w := &Worker{nc: nc, begun: make(chan struct{}), left: make(chan struct{}), state: preparing, asked: time.Now()}
	if err := w.join(ctx, subject, join{nuid.Next(), name, version}); err != nil {
		nc.Close()
		return nil, err
	}
	go w.watch()
	return w, nil
}

// join subscribes, and asks for work until it has some.
func (w *Worker) join(ctx context.Context, subject subjects, j join) error {
	if _, err := w.nc.Subscribe(subject.worker(j.ID), w.answer); err != nil {
		return err
	}
	question, err := json.Marshal(j)
	if err != nil {
		return err
	}
	for {
		m, err := w.nc.Request(subject.join(), question, askWait)
		if err == nil {
			return w.take(m.Data, subject)
		}
		// Nobody coordinates yet, or the one who does has all it needs.
		select {
		case <-ctx.Done():
			return errUnused
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// take reads the task.
func (w *Worker) take(data []byte, subject subjects) error {
	var t task
	err := json.Unmarshal(data, &t)
	switch {
	case err != nil:
		return errJob
	case t.Refused != "":
		return errors.New(clean(t.Refused, 200))
	case t.Share.Of < 1 || t.Share.Index < 0 || t.Share.Index >= t.Share.Of:
		return errJob
	}
	w.mu.Lock()
	w.run, w.asked = t.Run, time.Now()
	w.mu.Unlock()
	w.Share = t.Share
	if w.Job, err = unpack(t.Job); err != nil {
		return err
	}
	_, err = w.nc.Subscribe(subject.start(t.Run), func(*nats.Msg) { w.start() })
	return err
}

func (w *Worker) start() { w.begin.Do(func() { close(w.begun) }) }

// answer answers a question of the coordinator, after its orders.
func (w *Worker) answer(m *nats.Msg) {
	var o orders
	if json.Unmarshal(m.Data, &o) != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.run == "" || o.Run != w.run {
		return // its question for work was answered, and the answer is not here yet
	}
	w.asked = time.Now()
	s := status{State: w.state, Error: w.fault, Figures: w.final}
	if o.Begin {
		w.start()
	}
	if w.runner != nil && w.state == running {
		if o.Control != w.control {
			w.control = o.Control
			w.runner.Apply(o.Control)
		}
		t := w.runner.Live()
		s.Figures, _ = encode(&t)
	}
	if data, err := json.Marshal(s); err == nil {
		m.Respond(data)
	}
	if o.Leave != "" {
		w.leave(o.Leave)
	}
}

// leave says that the coordinator needs no more: calls that are open are ended.
// The lock is held.
func (w *Worker) leave(why string) {
	if w.why != "" {
		return
	}
	w.why = why
	close(w.left)
	if w.runner != nil {
		w.runner.StopNow(false)
	}
}

// watch looks for a coordinator that is gone, until the worker is not needed
// any more.
func (w *Worker) watch() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-w.left:
			return
		case <-tick.C:
		}
		w.mu.Lock()
		if time.Since(w.asked) > hungAfter {
			w.leave(ErrLonely.Error())
		}
		w.mu.Unlock()
	}
}

// Ready says that the sockets are open, and waits for the common start. stopped
// reports whether the user has ended the run meanwhile.
func (w *Worker) Ready(stopped func() bool) error {
	w.mu.Lock()
	w.state = ready
	w.mu.Unlock()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-w.left:
			return w.reason()
		case <-w.begun:
			return nil
		case <-tick.C:
			if stopped() {
				return errors.New("stopped before the start")
			}
		}
	}
}

// Began says that the run has begun, so that there are figures.
func (w *Worker) Began(r *load.Runner) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state, w.runner = running, r
	if w.why != "" {
		r.StopNow(false)
	}
}

// End hands the figures of the run over, or why there was none, and waits until
// the coordinator has them.
func (w *Worker) End(r *load.Runner, failure error) error {
	w.mu.Lock()
	if failure != nil {
		w.state, w.fault = failed, failure.Error()
	} else {
		t := r.Totals()
		f, err := encode(&t)
		if err != nil {
			w.mu.Unlock()
			return err
		}
		w.state, w.final = ended, f
	}
	w.mu.Unlock()
	<-w.left
	w.nc.Drain()
	for end := time.Now().Add(2 * time.Second); !w.nc.IsClosed() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	w.nc.Close()
	return w.reason()
}

// done is what the coordinator says to a worker whose figures it has.
const done = "done"

// reason is why the worker is not needed any more; nil when all is done.
func (w *Worker) reason() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch w.why {
	case done:
		return nil
	case ErrLonely.Error():
		return ErrLonely
	}
	return fmt.Errorf("the coordinator says: %s", clean(w.why, 300))
}
