// Package scenario reads call scenarios in the XML format of SIPp and compiles
// them into programs that a call engine steps through.
//
// Files written for SIPp are taken as they are. What cannot be done here
// (commands between several SIPp processes) is refused with file, line and
// element; what has no effect here (media, an attribute that is not known) is
// listed in [Program.Notes].
//
// A [Program] is a flat list of steps. A message of a step is a [Template]:
// literal bytes and keywords, found once, so that a call only appends them to
// a buffer. A Program does not change once it is compiled, and may be used by
// any number of goroutines.
//
// The SIP bytes of a template belong to whoever wrote the scenario: they are
// sent as they are, also when they are wrong on purpose.
package scenario
