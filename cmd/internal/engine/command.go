package engine

import (
	"context"
	"os/exec"
	"sync/atomic"
	"time"
)

// A command is one that a scenario runs: exec command, which nobody waits for, or
// exec verify, whose end the call waits for in front of its next step. It fails
// the call when its exit status is not 0.
type command struct {
	state  atomic.Int32
	before *command // one that the call waits for, too; nil for none
}

// ended returns the state of a command and those before it as one: failed when one
// has, and running as long as one of them may still do.
func (c *command) ended() int32 {
	own := c.state.Load()
	if c.before == nil || own == failed {
		return own
	}
	if before := c.before.ended(); before != succeeded {
		return before
	}
	return own
}

// The states of a command.
const (
	running int32 = iota
	succeeded
	failed
)

// How long a command may take, and how often a call that waits for one looks.
const (
	commandTime = 10 * time.Second
	commandLook = int64(10 * time.Millisecond)
)

// execute runs a command of the scenario in the background. It is nil when no
// command may be run.
func (e *Engine) execute(line string) *command {
	if !e.cfg.AllowExec {
		e.shared.say("warning", []byte("exec is not run without --allow-exec: "+line))
		return nil
	}
	c := &command{}
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	cmd := shell(ctx, line)
	if err := cmd.Start(); err != nil {
		cancel()
		e.shared.say("warning", []byte("exec: "+err.Error()))
		c.state.Store(failed)
		return c
	}
	go func() {
		defer cancel()
		if cmd.Wait() == nil {
			c.state.Store(succeeded)
		} else {
			c.state.Store(failed)
		}
	}()
	return c
}

// shell returns a command of the shell, which ends with ctx, together with the
// processes that it has started.
func shell(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	inGroup(cmd)
	return cmd
}

// commandEnded reports whether a call can go on: its command, if there is one, has
// ended well. Else the call looks again later, or has ended.
func (e *Engine) commandEnded(id uint32, c *call) bool {
	c.looks = false
	if c.command == nil {
		return true
	}
	switch c.command.ended() {
	case running:
		c.looks = true
		c.pauseUntil = max(c.intended, e.now) + commandLook
		e.arm(id, c)
		return false
	case failed:
		c.command = nil
		e.abort(id, c, Rejected)
		return false
	}
	c.command = nil
	c.intended = max(c.intended, e.now) // what it has taken is the scenario's time
	return true
}
