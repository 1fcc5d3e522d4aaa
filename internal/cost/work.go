package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"runtime/coverage"
)

// work runs f and returns how many blocks of the library's code ran: the
// counters of the Go tool's coverage (mode atomic), which do not depend on the
// machine, its load or the compiler.
func work(f func()) (blocks int64, err error) {
	if err := coverage.ClearCounters(); err != nil {
		return 0, err
	}
	f()
	var b bytes.Buffer
	if err := coverage.WriteCounters(&b); err != nil {
		return 0, err
	}
	return sum(b.Bytes())
}

var errFormat = errors.New("not the counter file of this program: its format has changed")

// sum adds the counters of a coverage counter file. Its format is the Go
// tool's own and may change: checkWork asks whether it is still read right.
func sum(b []byte) (total int64, err error) {
	const (
		fileHeader    = 4 + 4 + 16 + 8
		segmentHeader = 8 + 4 + 4
		footer        = 16
		uleb          = 2 // the flavour
	)
	if len(b) < fileHeader+segmentHeader+footer || b[24] != uleb {
		return 0, errFormat
	}
	b = b[:len(b)-footer]
	functions := binary.LittleEndian.Uint64(b[fileHeader:])
	preamble := segmentHeader + int(binary.LittleEndian.Uint32(b[fileHeader+8:])) + int(binary.LittleEndian.Uint32(b[fileHeader+12:]))
	at := fileHeader + (preamble+3)&^3
	if at > len(b) {
		return 0, errFormat
	}
	next := func() uint64 {
		v, n := binary.Uvarint(b[at:])
		if n <= 0 {
			err, n = errFormat, len(b)-at
		}
		at += n
		return v
	}
	for ; functions > 0 && err == nil; functions-- {
		counters := next()
		next() // package
		next() // function
		for ; counters > 0 && err == nil; counters-- {
			total += int64(next())
		}
	}
	if at != len(b) {
		err = errFormat
	}
	return total, err
}
