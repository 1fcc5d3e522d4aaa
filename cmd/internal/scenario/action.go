package scenario

import "regexp"

// Verb is what an action does.
type Verb uint8

// The verbs. A comment names the fields of [Action] that count, besides Line.
const (
	Match         Verb = iota // In, Header, ..., Pattern, Check, CheckInverse, Into
	Log                       // Text
	Warn                      // Text
	Error                     // Text; ends the run
	StopCall                  // exec int_cmd
	StopNow                   // exec int_cmd
	StopSoon                  // exec int_cmd: no new calls
	Command                   // Text: exec command
	Verify                    // Text: a command that the call waits for
	Assign                    // Into = Operand
	Add                       // Into += Operand, and so on
	Subtract                  //
	Multiply                  //
	Divide                    //
	AssignText                // Into = Text
	ToDouble                  // Into = Var as a number
	Sample                    // Into from Draw
	Test                      // Into = Var Compare Operand
	StringCompare             // Into = order of Var and Text or Var2
	Jump                      // Operand
	PauseRestore              // Operand: the end of a pause
	TimeOfDay                 // Into = seconds, microseconds
	Lookup                    // Into = line of Text in File
	Insert                    // Text into File
	Replace                   // Text into File at AtLine
	SetDest                   // Host, Port, Protocol
	VerifyAuth                // Into = User and Password fit the request
	Trim                      // Into without blanks around it
	URLEncode                 // Into
	URLDecode                 // Into
	StepIndex                 // Into = number of the step
	CloseConn                 //
	Register                  // Into = the status line's end, the header fields of the answer to a REGISTER
)

// Where says what a match looks at.
type Where uint8

// The places of a match.
const (
	InMessage Where = iota
	InHeader
	InBody
	InVariable
)

// Compare is a comparison of a test.
type Compare uint8

// The comparisons.
const (
	Equal Compare = iota
	NotEqual
	Greater
	Less
	GreaterEqual
	LessEqual
)

// An Operand is a number or a variable.
type Operand struct {
	Var   int // None for the number
	Value float64
}

// An Action is one element of an <action>.
type Action struct {
	Verb    Verb
	Line    int
	Into    []int // variables that are set
	Var     int   // variable that is read, or None
	Var2    int
	Operand Operand
	Compare Compare
	Draw    *Distribution

	Text, AtLine         *Template
	User, Password       *Template
	Host, Port, Protocol *Template
	File                 string

	// Match.
	In                       Where
	Pattern                  *regexp.Regexp
	Header                   string
	Occurrence               int
	CaseIndependent, AtStart bool
	Check, CheckInverse      bool
}
