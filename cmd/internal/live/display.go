package live

import (
	"io"

	tea "charm.land/bubbletea/v2"
	"github.com/sipwire/sipwire/cmd/internal/load"
)

// A Display shows a screen on a terminal.
type Display struct {
	program *tea.Program
	done    chan struct{}
	err     error
}

// Open takes the terminal over. Ctrl-C is a key while it is shown.
func Open(s *Screen, in io.Reader, out io.Writer) *Display {
	d := &Display{done: make(chan struct{})}
	// Ten pictures a second: each is drawn by the processor of the generator.
	d.program = tea.NewProgram(s, tea.WithInput(in), tea.WithOutput(out), tea.WithoutSignalHandler(), tea.WithFPS(10))
	go func() {
		defer close(d.done)
		_, d.err = d.program.Run()
	}()
	return d
}

// Show shows a sample.
func (d *Display) Show(s *load.Sample) { d.program.Send(*s) }

// Close gives the terminal back as it was.
func (d *Display) Close() error {
	d.program.Quit()
	<-d.done
	return d.err
}
