// Package header knows the header fields of SIP: their names and compact
// forms, what grammar each follows, whether it may be a comma-separated list,
// and typed views of their values.
//
// The table of names is generated from data/headers.tsv, which follows the
// IANA registry; methods and status codes come from data/methods.tsv and
// data/status.tsv.
//
// The typed values are small structs that point into the bytes they were
// parsed from. They own nothing: a value is valid as long as those bytes are
// neither changed nor reused. Parsing one allocates nothing, and neither does
// failing to.
//
// Sections of RFC 3261: 7.3 (header fields), 20 (each of them), 25.1
// (grammar). The RFC of every other header stands in the table.
package header

//go:generate go run gen.go
