// Package fleet shares a load run out over many processes, by NATS.
//
// One process coordinates. It has the scenario, the rate and the goals, makes
// no call itself, and is a client of a NATS server: of one that is there, or of
// one that it starts in its own process. The others are workers: they need
// nothing but the address of the server.
//
// There is no protocol beside NATS: two requests and one message, all JSON.
//
//   - A worker asks to join. The answer has the job (what its command line would
//     have said, the scenario and the injection files), and which share of it is
//     this worker's.
//   - When all are ready, one message has all of them begin.
//   - Once a second the coordinator asks each worker for its figures, and says in
//     the same request what is wanted of it by then: another rate, a pause, the
//     end. So a request that gets lost changes nothing for long.
//
// The figures are the counts and the histograms from the start of the run, so
// that none is lost between two of them. NATS says at once that a worker's
// subscription is gone, and silence says that it hangs: it is then lost, its
// last figures count, and the result names it. A worker that is not asked any
// more ends its calls and itself.
//
// A worker does what the coordinator says, within its own command line: it alone
// permits public targets and the commands of a scenario, and reads and writes no
// file that the coordinator names. Who may publish to the server can give
// orders: servers that are not on loopback need credentials.
package fleet
