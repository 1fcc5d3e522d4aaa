//go:build linux

package main

const backlogPackets = 4096

// backlog measures reading packets that are there already.
func backlog(size int, wildcard bool) []way {
	target := 1.25
	if wildcard {
		target = 1.6
	}
	f := newFiller(false)
	ways := []way{
		backlogWay("net.UDPConn", 0, size, wildcard, f, 32),
		backlogWay("x/net ReadBatch", 0, size, wildcard, f, 32),
		backlogWay("portable", 0, size, wildcard, f, 32),
		backlogWay("mmsg", target, size, wildcard, f, 32),
		backlogWay("io_uring", 0, size, wildcard, f, 32),
	}
	ways[0].close = closeBoth(ways[0].close, f)
	return ways
}

// backlogGRO measures one flow that its sender sends in runs of 16.
func backlogGRO(size int) []way {
	f := newFiller(true)
	ways := []way{
		backlogWay("net.UDPConn", 0, size, false, f, 16),
		backlogWay("mmsg", 0, size, false, f, 16),
		backlogWay("mmsg GRO", 0, size, false, f, 16),
	}
	ways[0].close = closeBoth(ways[0].close, f)
	return ways
}

func closeBoth(c func(), f *filler) func() {
	return func() { c(); f.s.Close() }
}

func backlogWay(name string, target float64, size int, wildcard bool, f *filler, run int) way {
	s, err := newSource(name, wildcard)
	if err != nil {
		return way{name: name, run: func() (sample, error) { return sample{note: err.Error()}, nil }}
	}
	read := func() (sample, error) {
		before := s.stats().Drops
		var fail error
		got := 0
		r := onThread(
			func() { f.fill(backlogPackets, size, s.to(), run) },
			func() sample {
				for got < backlogPackets {
					n, err := s.read()
					if err != nil {
						fail = err
						break
					}
					got += n
				}
				return sample{packets: got}
			})
		r.drops = s.stats().Drops - before
		r.lost = int64(backlogPackets) - int64(got) - int64(r.drops)
		return r, fail
	}
	return way{name: name, target: target, run: read, close: func() { s.close() }}
}
