package abnf

// Part is a range of the bytes that a value was parsed from. Nothing that is
// present ends at 0, so the zero Part is something missing.
type Part struct{ Lo, Hi uint32 }

// Of returns the bytes of the part. Their capacity ends with them, so that an
// append cannot reach what follows. It is nil for the zero Part, and for one whose
// Hi is 0.
func (p Part) Of(b []byte) []byte {
	if p.Hi == 0 {
		return nil
	}
	return b[p.Lo:p.Hi:p.Hi]
}
