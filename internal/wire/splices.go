package wire

// A Splice replaces bytes of a message by bytes of a text: those from Lo to Hi by those
// from From to To.
type Splice struct {
	Key          uint64 // Lo, in the upper 32 bits, and the place among the splices at Lo
	Hi, From, To uint32
}

// Lo returns the offset of what is replaced.
func (s *Splice) Lo() uint32 { return uint32(s.Key >> 32) }

// Growth returns by how much the splice lengthens the message.
func (s *Splice) Growth() int { return int(s.To) - int(s.From) - int(s.Hi) + int(s.Lo()) }
