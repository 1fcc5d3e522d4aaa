package main

import "github.com/sipwire/sipwire/codec"

// strictness are the flags that say what the parser refuses.
type strictness struct {
	As     string `enum:"default,strict,hardened" default:"default" help:"What is refused: default refuses what can be read in two ways only; strict, what RFC 3261 does not allow; hardened, also what other elements may read differently."`
	Strict bool   `help:"The same as --as strict."`
}

// level returns what the flags ask for, the stricter one of two.
func (s strictness) level() codec.Strictness {
	switch {
	case s.As == "hardened":
		return codec.Hardened
	case s.As == "strict" || s.Strict:
		return codec.Strict
	}
	return codec.Lenient
}
