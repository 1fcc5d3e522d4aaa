package udp

import (
	"testing"
	"time"
)

// paceAt returns a pace and a way to move its clock on.
func paceAt(window time.Duration, batch int) (p *pace, forward func(time.Duration)) {
	clock := time.Hour
	p = &pace{window: window, batch: batch, now: func() time.Duration { return clock }, parked: clock, since: clock}
	return p, func(d time.Duration) { clock += d }
}

func TestPaceSleep(t *testing.T) {
	const us = time.Microsecond
	for _, tt := range []struct {
		name   string
		gap    time.Duration
		window time.Duration
		batch  int
		want   time.Duration
	}{
		{"two do not fit", 400 * us, 500 * us, 32, 0},
		{"two fit", 200 * us, 500 * us, 32, 500*us - paceSlack},
		{"8,000 a second", 125 * us, 500 * us, 32, 500*us - paceSlack},
		{"so many that fewer microseconds do", 10 * us, 500 * us, 32, 160*us - paceSlack},
		{"a small batch", 50 * us, 500 * us, 4, 200*us - paceSlack},
		{"shorter than the slack", 2 * us, 500 * us, 16, 0},
		{"a short window", 20 * us, 100 * us, 32, 100*us - paceSlack},
		{"none", 10 * us, 0, 32, 0},
	} {
		p, forward := paceAt(tt.window, tt.batch)
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
		p, forward := paceAt(DefaultWindow, 32)
		forward(paceCount * 125 * time.Microsecond)
		p.note(paceCount, true)
		if p.sleep() == 0 {
			t.Fatal("does not sleep")
		}
		return p, forward
	}
	if p, _ := paceAt(DefaultWindow, 32); p.sleep() != 0 {
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
}
