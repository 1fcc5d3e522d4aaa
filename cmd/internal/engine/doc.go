// Package engine runs the calls of one worker: it steps each call through a
// compiled scenario.
//
// It has no socket, no thread and no clock. Messages received, arrivals of
// calls and the time go in ([Engine.Receive], [Engine.Start],
// [Engine.Advance]); what is to be sent comes out ([Engine.Out]). A run in
// virtual time so takes no longer than its messages, and ends the same each
// time. Times are nanoseconds from a moment that the caller chooses.
//
// Every event has the moment at which it should have happened, besides the
// moment at which the engine sees it: an arrival its place in the schedule, a
// timer its end, a message the time at which the kernel had it. Response times
// count from the former, so that a worker that is late does not hide the wait
// of a call; how late the worker itself was is counted apart
// ([Counts.LateSends]).
//
// How messages are matched with steps, what counts as repeated, and what
// happens to a message that no step expects follows SIPp, so that its scenarios
// run with the same counts.
//
// An Engine is for one goroutine at a time. What several of them have in common
// is in [Shared].
package engine
