package admission

import (
	"hash/maphash"
	"net/netip"
	"sync/atomic"
	"time"
)

// Sources limits how many requests a second each address may send. It is for
// all workers, takes half a megabyte, and does not grow: addresses share 65,536
// counts by a hash that nobody outside can foresee.
type Sources struct {
	gap    time.Duration // between two requests at the rate
	slack  time.Duration // how far ahead of it a burst may be
	exempt []netip.Prefix
	seed   maphash.Seed
	start  time.Time
	due    [1 << 16]atomic.Int64 // since start, when the next request is on time
}

// NewSources allows rate requests a second, and bursts of so many. Addresses in
// exempt have no limit.
func NewSources(rate, burst int, exempt []netip.Prefix, now time.Time) *Sources {
	gap := time.Second / time.Duration(max(rate, 1))
	return &Sources{gap: gap, slack: gap * time.Duration(max(burst, 1)-1), exempt: exempt, seed: maphash.MakeSeed(), start: now}
}

// take reports whether one more request of an address is within its rate.
func (s *Sources) take(a netip.Addr, now time.Time) bool {
	a = a.Unmap()
	for _, p := range s.exempt {
		if p.Contains(a) {
			return true
		}
	}
	due := &s.due[maphash.Comparable(s.seed, a.WithZone(""))%uint64(len(s.due))]
	t := int64(now.Sub(s.start))
	for {
		old := due.Load()
		if old-t > int64(s.slack) {
			return false
		}
		if due.CompareAndSwap(old, max(old, t)+int64(s.gap)) {
			return true
		}
	}
}
