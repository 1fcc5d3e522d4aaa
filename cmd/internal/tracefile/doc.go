// Package tracefile writes the files of figures that SIPp writes with its
// trace options, in the form of its version 3.6.1, for scripts and spreadsheets
// that read those: -trace_stat, -trace_counts, -trace_error_codes, -trace_rtt,
// -trace_shortmsg and -trace_screen.
//
// Columns that count what cannot happen here are 0. Nothing in this package may
// be used by several goroutines at once.
package tracefile
