package load

import (
	"os"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestSleepSignal interrupts a sleep again and again: it is not over before its
// time. The runtime does so with whatever waits for more than 10 ms.
func TestSleepSignal(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread, over, ended := unix.Gettid(), atomic.Bool{}, make(chan struct{})
	go func() {
		defer close(ended)
		for !over.Load() {
			unix.Tgkill(os.Getpid(), thread, unix.SIGURG)
			time.Sleep(time.Millisecond)
		}
	}()
	const long = 60 * time.Millisecond
	begun := time.Now()
	sleep(long)
	if d := time.Since(begun); d < long {
		t.Errorf("it took %v", d)
	}
	over.Store(true)
	<-ended
	begun = time.Now()
	if sleep(-time.Second); time.Since(begun) > 10*time.Second {
		t.Error("a time that is over was waited for")
	}
}
