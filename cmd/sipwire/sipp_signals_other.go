//go:build !unix

package main

func keySignals(*keys) func() { return func() {} }
