package codec

import "github.com/sipwire/sipwire/header"

// CSeq is [header.CSeq].
type CSeq = header.CSeq

// RAck is [header.RAck].
type RAck = header.RAck
