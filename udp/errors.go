package udp

import (
	"errors"
	"net"
	"os"
)

// plainError strips what package net puts around the two errors that end
// waiting, so that callers may compare them with == too.
func plainError(err error) error {
	switch {
	case errors.Is(err, net.ErrClosed):
		return net.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return os.ErrDeadlineExceeded
	}
	return err
}
