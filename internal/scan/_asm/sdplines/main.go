// Command sdplines writes the amd64 kernels behind scan.SDPLines.
//
// A line starts behind an LF, and its second byte has to be "=". The kernels
// take a block of 64 bytes in each step, in ways of their own: see [genAVX2] and
// [genAVX512].
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// block is the number of bytes a kernel takes in one step, and the most lines
// that can end in it.
const block = 64

// The bytes that are looked for, in the order of the table of constants.
const (
	lf = iota
	equals
	cr
	media
	connection
	searched

	marked = media // for avx2.is: or connection
)

func main() {
	ConstraintExpr("!purego")
	table := GLOBL("sdpBytes", RODATA|NOPTR)
	for i, c := range []byte{lf: '\n', equals: '=', cr: '\r', media: 'm', connection: 'c'} {
		DATA(i, U8(c))
	}
	numbers := GLOBL("sdpNumbers", RODATA|NOPTR)
	for n := range block {
		DATA(n, U8(n))
	}
	genAVX2(&avx2{table: table})
	genAVX512(table, numbers)
	Generate()
}

// begin begins the kernel of an instruction set.
func begin(isa string) {
	TEXT("sdpLines"+isa, NOSPLIT, "func(src *byte, size int, ends, marks *uint32, room int) (n, nmarks, odd int)")
	Doc("sdpLines"+isa+" is SDPLines for src of size bytes, at least 64, with room for room words",
		"at each of ends and marks. n is -1 when that was too little.")
	Pragma("noescape")
}
