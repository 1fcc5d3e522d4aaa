//go:build !linux

package serve

import (
	"net"
	"net/netip"
	"sync/atomic"
)

// An errorQueue is for Linux only: elsewhere timers notice who is not there.
type errorQueue struct{}

func newErrorQueue(*net.UDPConn, *atomic.Uint32) (*errorQueue, error) { return nil, nil }

func (*errorQueue) read(func([]byte, netip.AddrPort)) {}
