package fleet

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// The bounds of what is taken from others.
const (
	maxPayload = 8 << 20  // of an embedded server; one that is there has its own
	maxJob     = 64 << 20 // a job, unpacked
	maxName    = 64
)

// subjects are the names that a fleet uses at a server.
type subjects string

var fleetName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`) })

// named returns the subjects of a fleet.
func named(name string) (subjects, error) {
	if !fleetName().MatchString(name) {
		return "", fmt.Errorf("%.40q is no name of a fleet: at most 32 letters, digits, _ and -", name)
	}
	return subjects("sipwire.load." + name), nil
}

func (s subjects) join() string            { return string(s) + ".join" }
func (s subjects) start(run string) string { return string(s) + ".start." + run }
func (s subjects) worker(id string) string { return string(s) + ".worker." + id }

// A join is a worker's question for work.
type join struct {
	ID      string `json:"id"` // random; the end of the subject that it listens on
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A task is the answer.
type task struct {
	Refused string     `json:"refused,omitempty"` // why there is no work
	Run     string     `json:"run"`
	Share   load.Share `json:"share"`
	Job     []byte     `json:"job"` // packed
}

// Orders are what the coordinator wants of a worker, in each of its questions.
type orders struct {
	Run     string       `json:"run"`
	Begin   bool         `json:"begin"` // the run has begun
	Control load.Control `json:"control"`
	Leave   string       `json:"leave,omitempty"` // why the worker is not needed any more
}

// The states of a worker.
const (
	preparing = "preparing"
	ready     = "ready"
	running   = "running"
	ended     = "ended"
	failed    = "failed"
)

// A status is a worker's answer.
type status struct {
	State   string   `json:"state"`
	Error   string   `json:"error,omitempty"` // with failed
	Figures *figures `json:"figures,omitempty"`
}

// Times of both sides.
const (
	askEvery  = time.Second     // how often each worker is asked
	askWait   = 5 * time.Second // how long an answer may take
	goneAfter = 3 * time.Second // with nobody at its subject a worker is lost
)

// hungAfter is how long a worker does not answer that is lost, or a coordinator
// does not ask. Tests make it shorter.
var hungAfter = 20 * time.Second

// pack makes a job smaller: injection files shrink well.
func pack(job []byte) ([]byte, error) {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(job); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

var errJob = errors.New("the job is not readable, or too large")

func unpack(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, errJob
	}
	job, err := io.ReadAll(io.LimitReader(r, maxJob+1))
	if err != nil || len(job) > maxJob {
		return nil, errJob
	}
	return job, nil
}

// clean makes a text of another process fit to be printed.
func clean(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, s)
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "")
	}
	return s
}
