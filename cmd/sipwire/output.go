package main

import (
	"encoding/json"

	"github.com/sipwire/sipwire/cmd/internal/show"
)

// printer returns what prints for people; wide keeps it from cutting lines.
func printer(e *env, global *cli, wide bool) *show.Printer {
	width := e.width
	if wide {
		width = 0
	}
	return show.New(e.stdout, global.wantColor(e), width)
}

type encoder = json.Encoder

// newEncoder returns an encoder that writes one object a line.
func newEncoder(e *env) *encoder {
	enc := json.NewEncoder(e.stdout)
	enc.SetEscapeHTML(false)
	return enc
}
