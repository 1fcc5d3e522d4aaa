// Package inject holds the values that a scenario takes from files: the
// injection files of SIPp, lines of fields divided by ";".
//
// The first line says in which order calls take the lines: SEQUENTIAL, RANDOM
// or USER, and with PRINTF=n that the lines below are patterns, of which there
// are as many as n. Lines that begin with "#" are comments.
//
// A file may be used by any number of goroutines.
package inject
