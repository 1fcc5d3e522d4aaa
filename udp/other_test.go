//go:build !linux

package udp

const onLinux = false
