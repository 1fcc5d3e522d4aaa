// Package multipart reads multipart bodies (RFC 2046, 5.1), as SIP messages
// carry a session description beside other things (RFC 5621): the parts in
// order, each with its header fields and its body, and one part replaced in
// place.
//
// A [Reader] is a cursor over the parts; [Find] gives the first part of a media
// type, wherever it is: the body itself, a part of it, or a part of a part.
// Everything points into the body, nothing is copied and nothing is allocated.
// What is returned is valid for as long as the bytes are not changed. The body
// is never written to.
//
// Lines may end in LF alone. A boundary that RFC 2046, 5.1.1 does not allow is
// ErrBoundary, and so is a body in which it does not open or does not end the
// parts; the parts in front of the place are read all the same. Parts of parts
// are followed [MaxDepth] deep. Cost is linear in the bytes for each level.
//
// An error is a [sipwire.Code]. Where it is says Fault.
package multipart
