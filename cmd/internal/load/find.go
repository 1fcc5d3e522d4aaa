package load

import "math"

// A Verdict is what a step of a search came to.
type Verdict uint8

// The verdicts.
const (
	Met       Verdict = iota // the target met its goals
	Missed                   // it did not
	Generator                // the generator was too slow to say
)

var verdictNames = [...]string{"goals met", "goals missed", "the generator was too slow"}

// String returns the verdict in words.
func (v Verdict) String() string { return verdictNames[v] }

// A Search looks for the highest rate at which a target meets its goals: it
// doubles the rate until a step is not good, and then halves the distance to
// the last good one. A step that the generator spoils ends the way up as one
// of the target does, but is never taken for it: see Found.
type Search struct {
	Max       float64 // no rate above; 0 for no bound
	Precision float64 // of the result, as a share of it

	rate   float64 // of the next step
	good   float64 // highest rate at which the goals were met
	bad    float64 // lowest rate of a step that was not good; 0 for none
	badBy  Verdict
	ending bool
}

// NewSearch begins a search at a rate.
func NewSearch(start, most, precision float64) *Search {
	if most > 0 {
		start = min(start, most)
	}
	return &Search{Max: most, Precision: precision, rate: start}
}

// Next returns the rate of the next step; ok is false when the search is over.
func (s *Search) Next() (rate float64, ok bool) { return s.rate, !s.ending }

// Note takes the verdict on the step at the rate of Next.
func (s *Search) Note(v Verdict) {
	if v == Met {
		s.good = s.rate
	} else {
		s.bad, s.badBy = s.rate, v
	}
	switch {
	case s.bad == 0:
		s.rate *= 2
		if s.Max > 0 && s.good >= s.Max {
			s.ending = true
		} else if s.Max > 0 {
			s.rate = min(s.rate, s.Max)
		}
	case s.bad-s.good <= s.Precision*s.bad || s.bad < 1:
		s.ending = true
	default:
		s.rate = (s.good + s.bad) / 2
		if s.bad >= 20 {
			s.rate = math.Round(s.rate)
		}
	}
}

// Found is what a search has found.
type Found struct {
	Rate    float64    `json:"rate"`                 // the highest at which the goals were met; 0 for none
	Above   float64    `json:"not_at,omitempty"`     // the lowest at which they were not
	Limit   string     `json:"limited_by,omitempty"` // target or generator; empty when the bound of the search was reached
	Stopped bool       `json:"stopped,omitempty"`    // the search was ended before its end
	Steps   []FindStep `json:"steps"`
}

// FindStep is one step of a search.
type FindStep struct {
	Rate    float64 `json:"rate"`
	Calls   uint64  `json:"calls"`
	Success float64 `json:"success"` // percent
	P99     float64 `json:"p99"`     // ms
	Verdict string  `json:"verdict"`
	Fault   string  `json:"fault,omitempty"` // of the generator
}

// Found returns what was found so far.
func (s *Search) Found() *Found {
	f := &Found{Rate: s.good, Above: s.bad, Stopped: !s.ending}
	if s.bad > 0 {
		f.Limit = "target"
		if s.badBy == Generator {
			f.Limit = "generator"
		}
	}
	return f
}
