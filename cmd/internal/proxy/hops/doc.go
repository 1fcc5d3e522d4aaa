// Package hops chooses next hops by rules: a request goes to the first rule
// that it matches, and there to one of the targets.
//
// The choice is a weighted rendezvous hash of the Call-ID, or of the user or
// the From that the rule asks for. So it needs no state, it is the same on all
// proxies with the same rules, and a target that is down moves only its own
// requests. Targets are asked with OPTIONS whether they are up.
package hops
