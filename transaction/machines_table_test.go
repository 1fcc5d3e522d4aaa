package transaction

// The four machines against a table written from RFC 3261, figures 5 to 8, RFC
// 6026, 7 and 8, and RFC 4320: every state with every event.

// A row says what an event does in a state: what is sent, what the caller is
// told, and the state after it.
type row struct {
	state State
	event string
	next  State
	sent  string
	told  string // the kind, with the timer of a Timeout
}

// The times of the tests are apart from each other, except that B, F, H, J, L
// and M all are 64*T1.
var testTimes = Config{T1: 100 * ms, T2: 400 * ms, T4: 1000 * ms, TimerD: 9000 * ms, Trying: 50 * ms}

const t64 = 6400 * ms

var inviteClientUDP = []row{
	{Calling, "Timer A", Calling, "INVITE", ""},
	{Calling, "64*T1", Terminated, repeat("INVITE", 6), "Timeout B"}, // at 1, 3, 7, 15, 31 and 63 T1
	{Calling, "Timer D", Terminated, repeat("INVITE", 6), "Timeout B"},
	{Calling, "1xx", Proceeding, "", "Response"},
	{Calling, "2xx", Accepted, "", "Response"},
	{Calling, "300-699", Completed, "ACK", "Response"},
	{Calling, "Transport error", Terminated, "", "TransportError"},
	{Calling, "Cancel", Calling, "", ""},

	{Proceeding, "Timer A", Proceeding, "", ""},
	{Proceeding, "64*T1", Proceeding, "", ""},
	{Proceeding, "Timer D", Proceeding, "", ""},
	{Proceeding, "1xx", Proceeding, "", "Response"},
	{Proceeding, "2xx", Accepted, "", "Response"},
	{Proceeding, "300-699", Completed, "ACK", "Response"},
	{Proceeding, "Transport error", Proceeding, "", ""},
	{Proceeding, "Cancel", Proceeding, "CANCEL", ""},

	{Completed, "Timer A", Completed, "", ""},
	{Completed, "64*T1", Completed, "", ""},
	{Completed, "Timer D", Terminated, "", ""},
	{Completed, "1xx", Completed, "", ""},
	{Completed, "2xx", Completed, "", ""},
	{Completed, "300-699", Completed, "ACK", ""},
	{Completed, "Transport error", Terminated, "", "TransportError"},
	{Completed, "Cancel", Completed, "", "error state"},

	{Accepted, "Timer A", Accepted, "", ""},
	{Accepted, "64*T1", Terminated, "", ""}, // timer M
	{Accepted, "Timer D", Terminated, "", ""},
	{Accepted, "1xx", Accepted, "", ""},
	{Accepted, "2xx", Accepted, "", "Response"},
	{Accepted, "300-699", Accepted, "", ""},
	{Accepted, "Transport error", Accepted, "", ""},
	{Accepted, "Cancel", Accepted, "", "error state"},
}

// Over a reliable transport there is no timer A, and timer D is 0.
var inviteClientTCP = changed(inviteClientUDP, []row{
	{Calling, "Timer A", Calling, "", ""},
	{Calling, "64*T1", Terminated, "", "Timeout B"},
	{Calling, "Timer D", Terminated, "", "Timeout B"},
	{Completed, "Timer A", Terminated, "", ""},
	{Completed, "64*T1", Terminated, "", ""},
})

var clientUDP = []row{
	{Trying, "Timer E", Trying, "OPTIONS", ""},
	// 1, 3, 7 and then every 4*T1: the last one before 64*T1 at 63*T1.
	{Trying, "64*T1", Terminated, repeat("OPTIONS", 17), "Timeout F"},
	{Trying, "Timer K", Trying, "OPTIONS OPTIONS OPTIONS", ""},
	{Trying, "1xx", Proceeding, "", "Response"},
	{Trying, "200-699", Completed, "", "Response"},
	{Trying, "Transport error", Terminated, "", "TransportError"},

	// In Proceeding E is left as it was, and is T2 from then on.
	{Proceeding, "Timer E", Proceeding, "OPTIONS", ""},
	{Proceeding, "64*T1", Terminated, repeat("OPTIONS", 16), "Timeout F"},
	{Proceeding, "Timer K", Proceeding, "OPTIONS OPTIONS OPTIONS", ""},
	{Proceeding, "1xx", Proceeding, "", "Response"},
	{Proceeding, "200-699", Completed, "", "Response"},
	{Proceeding, "Transport error", Terminated, "", "TransportError"},

	{Completed, "Timer E", Completed, "", ""},
	{Completed, "64*T1", Terminated, "", ""},
	{Completed, "Timer K", Terminated, "", ""},
	{Completed, "1xx", Completed, "", ""},
	{Completed, "200-699", Completed, "", ""},
	{Completed, "Transport error", Completed, "", ""},
}

var clientTCP = changed(clientUDP, []row{
	{Trying, "Timer E", Trying, "", ""},
	{Trying, "64*T1", Terminated, "", "Timeout F"},
	{Trying, "Timer K", Trying, "", ""},
	{Proceeding, "Timer E", Proceeding, "", ""},
	{Proceeding, "64*T1", Terminated, "", "Timeout F"},
	{Proceeding, "Timer K", Proceeding, "", ""},
	{Completed, "Timer E", Terminated, "", ""},
})

var inviteServerUDP = []row{
	{Proceeding, "Trying", Proceeding, "100", ""},
	{Proceeding, "Timer G", Proceeding, "100", ""},
	{Proceeding, "64*T1", Proceeding, "100", ""},
	{Proceeding, "Timer I", Proceeding, "100", ""},
	{Proceeding, "INVITE", Proceeding, "", ""}, // no response yet
	{Proceeding, "ACK", Proceeding, "", ""},
	{Proceeding, "CANCEL", Completed, "200 487", "Cancelled"},
	{Proceeding, "1xx from TU", Proceeding, "180", ""},
	{Proceeding, "2xx from TU", Accepted, "200", ""},
	{Proceeding, "300-699 from TU", Completed, "486", ""},
	{Proceeding, "Transport error", Proceeding, "", "TransportError"},

	{Completed, "Trying", Completed, "", ""},
	{Completed, "Timer G", Completed, "486", ""},
	{Completed, "64*T1", Terminated, repeat("486", 17), "Timeout H"},
	{Completed, "Timer I", Completed, "486 486 486", ""},
	{Completed, "INVITE", Completed, "486", ""},
	{Completed, "ACK", Confirmed, "", ""},
	{Completed, "CANCEL", Completed, "200", ""},
	{Completed, "1xx from TU", Completed, "", "error state"},
	{Completed, "2xx from TU", Completed, "", "error state"},
	{Completed, "300-699 from TU", Completed, "", "error state"},
	{Completed, "Transport error", Completed, "", "TransportError"},

	{Confirmed, "Trying", Confirmed, "", ""},
	{Confirmed, "Timer G", Confirmed, "", ""},
	{Confirmed, "64*T1", Terminated, "", ""},
	{Confirmed, "Timer I", Terminated, "", ""},
	{Confirmed, "INVITE", Confirmed, "", ""},
	{Confirmed, "ACK", Confirmed, "", ""},
	{Confirmed, "CANCEL", Confirmed, "200", ""},
	{Confirmed, "1xx from TU", Confirmed, "", "error state"},
	{Confirmed, "2xx from TU", Confirmed, "", "error state"},
	{Confirmed, "300-699 from TU", Confirmed, "", "error state"},
	{Confirmed, "Transport error", Confirmed, "", ""},

	{Accepted, "Trying", Accepted, "", ""},
	{Accepted, "Timer G", Accepted, "", ""},
	{Accepted, "64*T1", Terminated, "", ""}, // timer L
	{Accepted, "Timer I", Accepted, "", ""},
	{Accepted, "INVITE", Accepted, "", ""},
	{Accepted, "ACK", Accepted, "", "Ack"},
	{Accepted, "CANCEL", Accepted, "200", ""},
	{Accepted, "1xx from TU", Accepted, "", "error state"},
	{Accepted, "2xx from TU", Accepted, "200", ""},
	{Accepted, "300-699 from TU", Accepted, "", "error state"},
	{Accepted, "Transport error", Accepted, "", "TransportError"},
}

var inviteServerTCP = changed(inviteServerUDP, []row{
	{Completed, "Timer G", Completed, "", ""},
	{Completed, "64*T1", Terminated, "", "Timeout H"},
	{Completed, "Timer I", Completed, "", ""},
	{Confirmed, "Trying", Terminated, "", ""}, // timer I is 0
	{Confirmed, "Timer G", Terminated, "", ""},
})

var serverUDP = []row{
	{Trying, "Request", Trying, "", ""},
	{Trying, "64*T1", Terminated, "100", "Timeout Answer"}, // RFC 4320, 4.1 and 4.2
	{Trying, "100 from TU", Trying, "", "error state"},     // too early: RFC 4320, 4.1
	{Trying, "100 from TU, late", Proceeding, "100", ""},   // when timer E of the client is T2
	{Trying, "101-199 from TU", Trying, "", "error state"},
	{Trying, "408 from TU", Trying, "", "error state"},
	{Trying, "200-699 from TU", Completed, "200", ""},
	{Trying, "Transport error", Trying, "", "TransportError"},

	{Proceeding, "Request", Proceeding, "100", ""},
	{Proceeding, "64*T1", Terminated, "", "Timeout Answer"},
	{Proceeding, "100 from TU", Proceeding, "100", ""},
	{Proceeding, "100 from TU, late", Proceeding, "100", ""},
	{Proceeding, "101-199 from TU", Proceeding, "", "error state"},
	{Proceeding, "408 from TU", Proceeding, "", "error state"},
	{Proceeding, "200-699 from TU", Completed, "200", ""},
	{Proceeding, "Transport error", Proceeding, "", "TransportError"},

	{Completed, "Request", Completed, "200", ""},
	{Completed, "64*T1", Terminated, "", ""}, // timer J
	{Completed, "100 from TU", Completed, "", "error state"},
	{Completed, "100 from TU, late", Completed, "", "error state"},
	{Completed, "101-199 from TU", Completed, "", "error state"},
	{Completed, "408 from TU", Completed, "", "error state"},
	{Completed, "200-699 from TU", Completed, "", "error state"},
	{Completed, "Transport error", Completed, "", "TransportError"},
}

var serverTCP = changed(serverUDP, []row{
	{Trying, "100 from TU", Proceeding, "100", ""},
	{Completed, "64*T1", Terminated, "", ""}, // timer J is 0
})

// changed returns a copy of the rows with some of them replaced.
func changed(rows, by []row) []row {
	out := append([]row(nil), rows...)
	for _, r := range by {
		for i := range out {
			if out[i].state == r.state && out[i].event == r.event {
				out[i] = r
			}
		}
	}
	return out
}

func repeat(s string, n int) string {
	out := s
	for range n - 1 {
		out += " " + s
	}
	return out
}
