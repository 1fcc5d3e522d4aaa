// Package firstpages has the first memory of the program in huge pages, where the
// system has them on request. Whoever imports it has it done at the start.
//
// On a virtual machine a page that is touched for the first time costs 25 to 40 µs
// of processor time, and a program of many packages touches hundreds of them before
// it does anything: half of what a start cost (2026-11). A huge page costs 250 µs and
// has 512 of them.
//
// It imports next to nothing: packages are initialised in the order of their names,
// but not before what they import, so that this one comes before all that need
// much memory.
package firstpages
