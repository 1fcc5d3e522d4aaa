package udp

import (
	"runtime"
	"testing"
	"time"
)

// paceAt returns a pace and a way to move its clock on.
func paceAt(window time.Duration) (p *pace, forward func(time.Duration)) {
	clock := time.Hour
	p = &pace{window: window, now: func() time.Duration { return clock }, parked: clock, since: clock}
	return p, func(d time.Duration) { clock += d }
}

func TestPaceSleep(t *testing.T) {
	const us = time.Microsecond
	for _, tt := range []struct {
		name   string
		gap    time.Duration
		window time.Duration
		want   time.Duration
	}{
		{"two do not fit", 400 * us, 500 * us, 0},
		{"two fit", 200 * us, 500 * us, 500*us - paceSlack},
		{"8,000 a second", 125 * us, 500 * us, 500*us - paceSlack},
		{"so many that fewer microseconds do", 5 * us, 500 * us, paceGather*5*us - paceSlack},
		{"shorter than the slack", us / 2, 500 * us, 0},
		{"a short window", 20 * us, 100 * us, 100*us - paceSlack},
		{"none", 10 * us, 0, 0},
	} {
		p, forward := paceAt(tt.window)
		for range paceCount {
			forward(tt.gap)
			p.note(1, false)
		}
		p.parked = p.now()
		if got := p.sleep(); got != tt.want {
			t.Errorf("%s: sleeps %v, want %v", tt.name, got, tt.want)
		}
	}
}

// Before there is anything to go by, after a pause, after two sleeps in vain and
// when it has not waited for long, the reader waits for the next packet.
func TestPaceWaits(t *testing.T) {
	ready := func() (*pace, func(time.Duration)) {
		p, forward := paceAt(DefaultWindow)
		forward(paceCount * 125 * time.Microsecond)
		p.note(paceCount, true)
		if p.sleep() == 0 {
			t.Fatal("does not sleep")
		}
		return p, forward
	}
	if p, _ := paceAt(DefaultWindow); p.sleep() != 0 {
		t.Error("sleeps before the first packet")
	}
	p, forward := ready()
	forward(20 * time.Millisecond)
	p.note(1, true)
	if p.sleep() != 0 {
		t.Error("sleeps after a pause")
	}
	p, _ = ready()
	p.missed()
	p.missed()
	if p.sleep() != 0 {
		t.Error("sleeps after two in vain")
	}
	p, forward = ready()
	forward(paceTurn + time.Millisecond)
	if p.sleep() != 0 {
		t.Error("does not wait any more")
	}
	p.note(40, true)
	if p.sleep() == 0 {
		t.Error("does not sleep after it has waited")
	}
	// Where there is always a packet it cannot wait, and sleeps all the same.
	forward(paceTurn + time.Millisecond)
	p.note(40, false)
	for range paceTries {
		if p.sleep() != 0 {
			t.Fatal("sleeps although it is to wait")
		}
		forward(125 * time.Microsecond)
		p.note(1, false)
	}
	if p.sleep() == 0 {
		t.Error("does not sleep although it cannot wait")
	}
}

// Packets gather by default, whatever the number of processors, and never for
// longer than a reader may be without an eye on Close.
func TestPaceWindow(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, procs := range []int{1, 2} {
		runtime.GOMAXPROCS(procs)
		for asked, want := range map[time.Duration]time.Duration{
			0: DefaultWindow, -1: 0, time.Microsecond: time.Microsecond, time.Hour: maxWindow,
		} {
			s := open(t, "udp4", "127.0.0.1:0", Config{Impl: Portable, Window: asked})
			if s.cfg.Window != want || s.R.pace.window != 0 {
				t.Errorf("%d processors, %v asked for: %v, and %v for Portable", procs, asked, s.cfg.Window, s.R.pace.window)
			}
		}
	}
}
