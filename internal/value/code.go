package value

import "github.com/sipwire/sipwire"

// CodeOf returns the code that err is, 0 for nil.
func CodeOf(err error) sipwire.Code {
	code, _ := err.(sipwire.Code)
	return code
}
