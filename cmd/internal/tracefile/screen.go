package tracefile

import (
	"fmt"
	"io"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// Screen writes what -trace_screen asks for: SIPp's screens of the scenario and of
// the statistics, as far as there are figures for them.
func Screen(w io.Writer, p *scenario.Program, begun, now time.Time, f *Figures) {
	const rule = "-------------------------+---------------------------+--------------------------\n"
	c := f.Counts
	fmt.Fprint(w, "------------------------------ Scenario Screen --------------------------------\n")
	fmt.Fprint(w, "                                 Messages  Retrans   Timeout   Unexpected-Msg\n")
	for i := range p.Steps {
		s, n := &p.Steps[i], &c.Steps[i]
		switch {
		case s.Hide || s.Kind == scenario.End:
		case s.Kind == scenario.Send:
			fmt.Fprintf(w, "  %10.10s ---------->         %-9d %-9d %-9d\n", s.Label(), n.Sent, n.Repeated, n.TimedOut)
		case s.Kind == scenario.Recv:
			fmt.Fprintf(w, "  %10.10s <----------         %-9d %-9d %-9d %-9d\n", s.Label(), n.Received, n.Repeated, n.TimedOut, n.Unexpected)
		case s.Kind == scenario.Pause:
			fmt.Fprintf(w, "  %10s                     %-9d                     %-9d\n", "Pause", n.Sent, n.Unexpected)
		default:
			fmt.Fprintf(w, "  %10.10s\n", s.Label())
		}
	}
	fmt.Fprint(w, "----------------------------- Statistics Screen -------------------------------\n")
	fmt.Fprintf(w, "  Start Time             | %s\n  Current Time           | %s\n", Stamp(begun), Stamp(now))
	fmt.Fprint(w, rule+"  Counter Name           | Periodic value            | Cumulative value\n"+rule)
	row := func(name, value string) { fmt.Fprintf(w, "  %-22s |                           | %s\n", name, value) }
	count := func(name string, n uint64) { row(name, fmt.Sprintf("%8d", n)) }
	row("Elapsed Time", clock(now.Sub(begun)))
	row("Call Rate", fmt.Sprintf("%8.3f cps", float64(c.Started)/max(now.Sub(begun).Seconds(), 1e-3)))
	fmt.Fprint(w, rule)
	count("Incoming calls created", started(f, true))
	count("Outgoing calls created", started(f, false))
	count("Total Calls created", c.Started)
	fmt.Fprintf(w, "  Current Calls          | %8d                  |\n", f.Open)
	fmt.Fprint(w, rule)
	count("Successful call", c.Successful)
	count("Failed call", c.Failed)
	fmt.Fprint(w, rule)
	for i, name := range p.RTDs {
		row("Response Time "+name, clock(timesOf(c.RTDs[i]).mean()))
	}
	row("Call Length", clock(timesOf(c.Lengths).mean()))
}
