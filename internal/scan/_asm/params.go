package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// readParams writes the instructions that read the names of parameters, whose bytes
// are the bits of all: semis and equals lose the bits of other bytes, ends gets the
// bits behind the names, and bad those of bytes that are of no class and of names
// that are empty. chars has the characters of names and values; names is scratch.
func readParams(all, semis, equals, chars, names, ends, bad GPVirtual) {
	ANDQ(all, semis)
	ANDQ(all, equals)
	LEAQ(Mem{Base: semis, Index: semis, Scale: 1}, names) // their first characters
	LEAQ(Mem{Base: chars, Index: names, Scale: 1}, ends)
	ANDNQ(ends, chars, ends) // the bits behind the names
	MOVQ(chars, bad)
	ORQ(semis, bad)
	ORQ(equals, bad)
	ANDNQ(all, bad, bad) // of no class
	ANDNQ(names, chars, names)
	ORQ(names, bad) // an empty name
}
