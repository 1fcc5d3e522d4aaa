package scan

// Addr is where the parts of a name-addr are, as [ReadAddr] finds them. The URI
// has "<" and ">" around it; the tag is all that follows.
type Addr struct {
	Display     uint32 // length of the display name, with its quotes
	URI, URIEnd uint32
	Tag, TagEnd uint32 // of the value of the tag, both 0 when there is none
}
