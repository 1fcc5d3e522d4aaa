//go:build unix

package engine

import (
	"context"
	"io"
	"os"
	"testing"
	"time"
)

// TestGroup ends a command that has started another process, which keeps the pipe
// open as long as it is there.
func TestGroup(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	cmd := shell(ctx, "sleep 60 & echo; wait")
	cmd.Stdout = w
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	r.SetReadDeadline(time.Now().Add(30 * time.Second))
	if _, err := r.Read(make([]byte, 1)); err != nil {
		t.Error("the command did not begin:", err)
	}
	cancel()
	if cmd.Wait() == nil {
		t.Error("the command has ended well")
	}
	if _, err := io.ReadAll(r); err != nil {
		t.Error("what the command has started goes on:", err)
	}
}
