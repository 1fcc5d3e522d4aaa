//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// keySignals has USR1 press the key q, and USR2 the key s, as in SIPp. What it
// returns undoes it.
func keySignals(k *keys) func() {
	c := make(chan os.Signal, 4)
	signal.Notify(c, syscall.SIGUSR1, syscall.SIGUSR2)
	go func() {
		for s := range c {
			key := byte('q')
			if s == syscall.SIGUSR2 {
				key = 's'
			}
			k.press(key)
		}
	}()
	return func() { signal.Stop(c); close(c) }
}
