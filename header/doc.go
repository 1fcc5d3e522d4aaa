// Package header knows the header fields of SIP: their names and compact forms,
// the grammar of each, whether commas separate its values, and which messages it
// belongs in ([ID]); the methods, option tags, transports and reason phrases; and
// views of the values of the headers of RFC 3261 and RFC 3262.
//
// The views of the authentication headers are in [header/auth], those of all other
// documents in [header/ext].
//
// The table of names is generated from data/headers.tsv, which follows the IANA
// registry. Methods and status codes come from data/methods.tsv and
// data/status.tsv.
//
// A view is a small struct that points into the bytes it was parsed from. It owns
// nothing and is valid until those bytes are changed or reused. Its zero value is
// invalid. An accessor returns nil for missing bytes, and not ok for a missing
// number; a value is returned as received unless its comment says otherwise.
// Parsing allocates nothing, and neither does a failed parse. Only String
// allocates.
//
// Errors are of type sipwire.Code.
//
// Sections of RFC 3261: 7.3 (header fields), 20 (each of them), 25.1 (grammar).
//
// [header/auth]: https://pkg.go.dev/github.com/sipwire/sipwire/header/auth
// [header/ext]: https://pkg.go.dev/github.com/sipwire/sipwire/header/ext
package header

//go:generate go run gen.go
