package value

import (
	"github.com/sipwire/sipwire"
	"github.com/sipwire/sipwire/internal/abnf"
)

// ConsumeCallID reads word ["@" word] at i.
func ConsumeCallID(b []byte, i int) (int, sipwire.Code) {
	if i >= len(b) {
		return i, sipwire.ErrEmpty
	}
	j := abnf.Span(b, i, abnf.Word)
	if j == i {
		return i, sipwire.ErrCallID
	}
	if j == len(b) || b[j] != '@' {
		return j, 0
	}
	k := abnf.Span(b, j+1, abnf.Word)
	if k == j+1 {
		return k, sipwire.ErrCallID
	}
	return k, 0
}

// CheckDialogRef reads b, the whole of which must be callid *(SEMI generic-param):
// the value of Replaces, Join and Target-Dialog.
func CheckDialogRef(b []byte) (n int, code sipwire.Code) {
	if TooLong(b) {
		return 0, sipwire.ErrRange
	}
	n, code = ConsumeCallID(b, SkipLWS(b, 0))
	if code != 0 {
		return n, code
	}
	var params Part
	return ConsumeRest(b, n, &params)
}
