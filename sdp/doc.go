// Package sdp reads session descriptions (RFC 8866), as the bodies of INVITEs
// and their answers are, and changes them in place.
//
// [Description.Parse] makes an index of the lines in one pass. Everything else
// is read when it is asked for: origin, connection, media, attributes. What is
// returned points into the body. Nothing is copied, nothing is allocated, and
// the body is never written to. A view is valid until the Description is parsed
// into, reset or released, or the caller changes the bytes.
//
// On top of this stands what calls need: which way media flows and who has put
// whom on hold ([Media.Direction], [Media.Hold], [Holders]), and what a new
// description changes ([Compare]; RFC 3264). An [Edit] collects changes and
// writes the result; all else leaves byte for byte as received.
//
// Lines may end in LF alone, the last one in nothing, and empty lines may
// follow it. Lines of an unknown type are kept. A line that is not a letter,
// "=" and a value is an error, and so are NUL and a CR that ends no line.
// Values are checked when they are asked for: one bad line costs only itself.
//
// An error is a [sipwire.Code]. Where it is says Fault, of the Description or
// the Edit that failed: type and number of the line, and the offset in the body.
//
// Cost is linear in the bytes. A description has at most [MaxLines] lines.
// Nothing here opens an address that it reads: whether a description may say
// what it says is for its reader to decide.
package sdp
