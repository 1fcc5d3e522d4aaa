//go:build !linux

package load

import "time"

// sleep waits at least as long as it is told.
func sleep(d time.Duration) { time.Sleep(d) }

// readable gives the next Read d to wait; with d of 0 it is to look only, for
// which it needs a moment.
func (u *udpCarrier) readable(d time.Duration) bool {
	u.socket.R.SetReadDeadline(time.Now().Add(max(d, 30*time.Microsecond)))
	return true
}
