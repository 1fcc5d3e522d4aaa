package transaction

import "time"

// Config says how a [Layer] works. The zero value of each field means its
// default.
type Config struct {
	// T1, T2 and T4 are the times that all others are made of (RFC 3261,
	// 17.1.1.1): 500 ms, 4 s and 5 s. TimerD is how long an INVITE client
	// transaction waits for repeats of its final response over an unreliable
	// transport; 32 s, and no less is allowed on the Internet (17.1.1.2).
	T1, T2, T4, TimerD time.Duration

	// Trying is how long an INVITE waits for its first response before the
	// Layer sends a 100 (RFC 3261, 17.2.1): 200 ms. Below zero it sends none.
	Trying time.Duration

	// TimerC, when it is not zero, is how long an INVITE may wait for its
	// final response, counted from the last provisional one. Then there is a
	// [Timeout] with [TimerC], and nothing else changes. A proxy needs more
	// than 3 minutes (RFC 3261, 16.6, step 11).
	TimerC time.Duration

	// Answer, when it is not zero, is how long an INVITE server transaction may
	// wait for its final response, counted from the INVITE. Then the Layer
	// answers it with a 480, and there is a [Timeout] with [TimerAnswer]. Without
	// it an INVITE that the caller forgets stays until it is cancelled; a user
	// agent that lets a phone ring for minutes wants more than those.
	Answer time.Duration

	// NoMerge does without what finds a request that has come by two ways, and
	// the INVITE of a PRACK: Merged and Invite of an [Event] are not set then. Both are
	// for user agents; a proxy forwards such a request again (RFC 3261, 8.2.2.2). A
	// dialog.Layer does not read it.
	NoMerge bool

	// Keep487 leaves the answer to an INVITE that was cancelled to the
	// caller, as a proxy needs it.
	Keep487 bool

	// Ends asks for an event of kind [Ended] at the end of each transaction.
	Ends bool

	// MaxTransactions is the most there may be: 1,048,576. MaxBytes bounds the
	// memory that keeps messages: 2 GiB; 64 KiB is the step. MaxSource bounds
	// the server transactions of one source: an IPv4 address or an IPv6 /64;
	// no bound by default.
	MaxTransactions, MaxBytes, MaxSource int

	// Refuse says what happens to a request beyond these limits.
	Refuse Refusal

	// RetryAfter is what a 503 says: 5 s.
	RetryAfter time.Duration
}

// A Refusal is what happens to a request that the limits do not allow.
type Refusal uint8

// The refusals.
const (
	Busy   Refusal = iota // a 503 with Retry-After, without a transaction
	Silent                // nothing is sent
)

// times are the times of Config in milliseconds.
type times struct{ t1, t2, t4, d, trying, c, answer, end, slow int64 }

func (c *Config) times() (t times) {
	or := func(v, def time.Duration) int64 {
		if v == 0 {
			v = def
		}
		return int64(v / time.Millisecond)
	}
	t.t1 = max(or(c.T1, 500*time.Millisecond), 1)
	t.t2 = max(or(c.T2, 4*time.Second), t.t1)
	t.t4 = or(c.T4, 5*time.Second)
	t.d = or(c.TimerD, 32*time.Second)
	t.trying = or(c.Trying, 200*time.Millisecond)
	t.c = or(c.TimerC, 0)
	t.answer = or(c.Answer, 0)
	t.end = 64 * t.t1
	// Timer E of the client is set to T2 after this long (RFC 4320, 4.1).
	for step := t.t1; step < t.t2; step *= 2 {
		t.slow += step
	}
	return t
}

func orInt(v, def int) int {
	if v <= 0 {
		return def
	}
	return v
}
