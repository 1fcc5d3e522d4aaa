package main

import (
	"bytes"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"

	"github.com/sipwire/sipwire/cmd/internal/load"
)

// keys do what SIPp's keys and commands do: they come in packets to the port of
// -cp, and two of them as signals.
type keys struct {
	controls *load.Controls
	users    bool         // the run has users, and no rate
	soft     func()       // no call begins any more
	end      func()       // calls are ended with BYE or CANCEL
	screen   func() error // writes the file of -trace_screen

	mu    sync.Mutex
	scale float64 // -rate_scale
	quit  bool    // q was pressed once
}

// press takes one key. Those that turn pages of SIPp's screen do nothing.
func (k *keys) press(key byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch key {
	case '+':
		return k.add(1)
	case '-':
		return k.add(-1)
	case '*':
		return k.add(10)
	case '/':
		return k.add(-10)
	case 'p':
		k.controls.Pause(!k.controls.State().Paused)
	case 'q':
		if k.quit {
			k.end()
		}
		k.quit = true
		k.soft()
	case 'Q':
		k.end()
	case 's':
		return k.screen()
	}
	return nil
}

// add changes the rate, or the users, by a number of times -rate_scale.
func (k *keys) add(times float64) error {
	s := k.controls.State()
	if k.users {
		return k.controls.SetUsers(int(min(max(float64(s.Users)+times*k.scale, 0), load.MaxUsers)))
	}
	return k.controls.SetRate(max(s.Rate+times*k.scale, 0))
}

// command takes a line of SIPp's commands, such as "set rate 100".
func (k *keys) command(line string) error {
	word := strings.Fields(line)
	if len(word) != 3 || word[0] != "set" {
		return fmt.Errorf("%.80q: only set rate, set rate-scale and set users are known", line)
	}
	n, err := strconv.ParseFloat(word[2], 64)
	if err != nil {
		return fmt.Errorf("%.80q: the last word is no number", line)
	}
	switch word[1] {
	case "rate":
		return k.controls.SetRate(n)
	case "users":
		return k.controls.SetUsers(int(min(max(n, -1), 1e9)))
	case "rate-scale":
		if !(n >= 0 && n <= load.MaxRate) {
			return load.ErrBounds
		}
		k.mu.Lock()
		defer k.mu.Unlock()
		k.scale = n
		return nil
	}
	return fmt.Errorf("%.80q: only set rate, set rate-scale and set users are known", line)
}

// take takes what a packet has: a key, or a command behind a "c".
func (k *keys) take(packet []byte) error {
	packet = bytes.TrimSpace(packet)
	if len(packet) == 0 {
		return nil
	}
	if packet[0] == 'c' {
		return k.command(string(packet[1:]))
	}
	return k.press(packet[0])
}

// listenKeys opens the port of -cp. Packets of loopback addresses only are taken
// unless -ci says otherwise, since anybody who can send one can end the run.
func (f *runFlags) listenKeys(e *env, k *keys) (func(), error) {
	if f.CP == 0 {
		if f.CI != "" {
			return nil, usage("-ci is the address of -cp, which is missing")
		}
		return func() {}, nil
	}
	addr := netip.MustParseAddr("127.0.0.1")
	if f.CI != "" {
		var err error
		if addr, err = netip.ParseAddr(f.CI); err != nil {
			return nil, usage("-ci %s is no address", f.CI)
		}
		if !addr.IsLoopback() && !f.Public {
			return nil, usage("-ci %s is no loopback address: --allow-public is needed", f.CI)
		}
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(addr, f.CP)))
	if err != nil {
		return nil, usage("-cp: %v", err)
	}
	go func() {
		buf := make([]byte, 512)
		for {
			n, _, err := conn.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			if err := k.take(buf[:n]); err != nil {
				e.complain("-cp: %v", err)
			}
		}
	}()
	return func() { conn.Close() }, nil
}
