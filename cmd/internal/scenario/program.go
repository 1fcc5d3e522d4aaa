package scenario

import (
	"regexp"
	"time"
)

// None is the value of an index (a step, a variable, a counter) that is not
// given.
const None = -1

// A Program is a compiled scenario.
type Program struct {
	File, Name string
	Steps      []Step
	Init       []Step // run once, before the first call
	Server     bool   // the first message is received, not sent

	// Where the other parts begin: of calls that come in, and of users, who
	// register before the first call; and where a user goes when the run ends.
	// Each is None when there is no such part. Called of a Server is 0.
	Called, User, UserEnd int

	Vars     []Variable
	RTDs     []string // names of the response time measurements
	Counters []string
	Txns     []Txn // named transactions
	Dialogs  int   // how many a call has; 0 where no message names one

	// UnexpectedJump is the step to go to on an unexpected message (label
	// _unexp.main), or None; the others are the variables that then hold the
	// step and the end of the pause that were left.
	UnexpectedJump                   int
	ReturnStep, ReturnPause          int
	ResponseTimes, CallLengths       []int // bounds in milliseconds
	Notes                            []Note
	UsesMessage                      bool // a step after the first reads the last message received
	Executes                         bool // there are <exec command> or <exec verify>
	labels                           map[string]int
	varIndex, rtdIndex, counterIndex map[string]int
	txnIndex                         map[string]int
}

// Scope says who shares a variable.
type Scope uint8

// The scopes of variables.
const (
	PerCall Scope = iota
	PerUser       // <User>
	Global        // <Global>
)

// A Variable is one named in the scenario.
type Variable struct {
	Name  string
	Scope Scope
	reads int
	sets  int
	file  string
	line  int
}

// Kind is what a step does.
type Kind uint8

// The kinds of steps.
const (
	Send Kind = iota
	Recv
	Pause
	Nop
	End // of a part: the call is over
)

// A Side is what a call is to a scenario that has several parts.
type Side uint8

// The sides.
const (
	Main   Side = iota // what the run begins, at the rate that was asked for
	Called             // begun by a request that came in
	User               // a user, who registers
	Sides
)

// String names the side for people.
func (s Side) String() string { return [Sides]string{"calls", "calls that come in", "users"}[s] }

// Optional says whether a message may be missing.
type Optional uint8

// The values of optional.
const (
	Mandatory Optional = iota
	Once               // may be missing; taken until the next mandatory message
	Anywhere           // "global": taken at any later step
)

// A Step is one element of the scenario. Indexes are None when not given.
type Step struct {
	Kind Kind
	Side Side
	Line int

	// What all kinds have.
	Next             int // step to go on at
	Test             int // variable that must be set for Next
	Chance           float64
	Cond             int // variable that must be set for the step to run
	CondInverse      bool
	StartRTD         []int
	StopRTD          []int
	RepeatRTD        bool
	Counter          int
	BlankAfter, Hide bool // crlf, hide
	Display          string
	Actions          []Action

	// Send.
	Message   *Template
	Retrans   time.Duration // T1; 0 for no retransmission
	AckTxn    int
	OnTimeout int // also of Recv

	// Recv.
	IsResponse      bool
	Expected        string         // method or status as the scenario has them
	Response        int            // status code; 0 where there is a pattern
	Method          string         // of a request; of Send, the method sent
	Pattern         *regexp.Regexp // of methods or status codes; nil for one of them
	Optional        Optional
	Timeout         time.Duration
	TimeoutVariable int
	TimeoutText     *Template // for a timeout that has keywords, in milliseconds; nil for none
	Auth, Routes    bool      // auth, rrs
	Sent            []string  // methods of the requests sent before: what a response may belong to
	Stay            bool      // advance_state="false": nothing but the counters move

	// Send and Recv.
	Lost        float64 // share of messages to lose, 0 to 1; negative when not given
	StartTxn    int     // the request begins this transaction
	ResponseTxn int     // the response belongs to it
	Dialog      int     // of the message, from 1

	// Pause.
	Pause         *Distribution // nil for the pause of the command line
	PauseVariable int
	TimeWait      bool
}

// Label names a step for people: "INVITE", "200", "pause".
func (s *Step) Label() string {
	switch s.Kind {
	case Send:
		if s.Message.Status != 0 {
			return itoa(s.Message.Status)
		}
		return s.Method
	case Recv:
		return s.Expected
	case Pause:
		if s.TimeWait {
			return "timewait"
		}
		return "pause"
	}
	if s.Kind == End {
		return "end"
	}
	if s.Display != "" {
		return s.Display
	}
	return "nop"
}
