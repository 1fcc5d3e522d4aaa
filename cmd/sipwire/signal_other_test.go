//go:build !linux

package main

import "syscall"

const sigStop, sigContinue = syscall.SIGTERM, syscall.SIGTERM
