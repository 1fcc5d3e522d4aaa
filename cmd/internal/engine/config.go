package engine

import (
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sipwire/sipwire/cmd/internal/inject"
	"github.com/sipwire/sipwire/cmd/internal/proxy/registrar"
	"github.com/sipwire/sipwire/cmd/internal/scenario"
)

// A Config says how calls are run. The zero value of a field is no default;
// [Defaults] has them.
type Config struct {
	Program *scenario.Program
	Files   inject.Set
	Words   Words

	Target                          netip.AddrPort // where a call goes; invalid for a server
	Reliable                        bool           // over TCP or TLS: nothing is repeated
	OwnConn                         bool           // each call has a socket of its own
	IPField                         int            // of the first injection file: the address that a call sends from; -1 for one address
	NoRetrans                       bool
	MaxRetrans, MaxInvite, MaxOther int
	T2                              time.Duration
	RecvTimeout                     time.Duration          // 0 for none
	Pause                           *scenario.Distribution // of a pause without a length, in milliseconds
	BaseCSeq                        uint32
	Lost                            float64 // share of messages to lose where the scenario does not say

	AutoAnswer      bool // answer INFO, NOTIFY, OPTIONS, UPDATE that no step expects
	EndCalls        bool // send BYE or CANCEL for a call that fails
	AbortUnexpected bool
	AnswerPing      bool
	PauseIgnores    bool // messages during a pause are dropped
	SlashIgnored    bool // "///" in a Call-ID divides nothing
	AllowExec       bool // the commands of exec command and exec verify
	AllowPublic     bool // addresses that are neither of this host nor private

	Registrar *registrar.Registrar // of the register action; nil for one that knows nobody

	FirstNumber, NumberStep uint64 // call numbers of this engine
	Late                    time.Duration
	Seed                    uint64
}

// Defaults returns the configuration that SIPp has without options.
func Defaults(p *scenario.Program) Config {
	return Config{
		Program: p, IPField: -1, MaxRetrans: 9, MaxInvite: 5, MaxOther: 9, T2: 4 * time.Second,
		Pause: scenario.Fixed(0), EndCalls: true, AbortUnexpected: true, AnswerPing: true,
		FirstNumber: 1, NumberStep: 1, Late: 10 * time.Millisecond, Seed: rand.Uint64(),
	}
}

// Words are the values of the keywords that are the same for all calls.
type Words struct {
	Service, RemoteHost, RemoteIP string
	RemotePort                    int
	Transport                     string // UDP, TCP or TLS
	LocalIP, MediaIP              string
	ManyIPs                       bool // a call has its own [server_ip]
	LocalPort, MediaPort          int
	PID                           int
	Version                       string
	AuthUser, AuthPassword        string
	AuthURI                       string // empty for the Request-URI
	CallID                        string // %u, %p and %s: number, PID, local IP
	Keys                          map[string]string
	FileDir                       string // where [file name=...] looks
}

// Shared is what the engines of a run have in common.
type Shared struct {
	mu      sync.Mutex
	globals map[int]Value         // by variable
	users   map[int]map[int]Value // by user, by variable
	dynamic atomic.Int64          // [dynamic_id]
	roster  roster
	names   names
	Users   atomic.Int64            // [users]: -1 without -users
	Stop    atomic.Int32            // StopSoon or StopNow
	Halted  atomic.Bool             // the scenario itself has set StopNow
	Say     func(kind, text string) // log, warning and error of scenarios; may be nil

	// Measured is told of each response time that the scenario measures, by its
	// number among [scenario.Program.RTDs]. May be nil.
	Measured func(rtd int, ns int64)

	// Trace is told of each message; it is only valid during the call. May be nil.
	Trace func(transport string, sent bool, message []byte)

	DynamicStart, DynamicMax, DynamicStep int64
}

// The values of Shared.Stop.
const (
	Run int32 = iota
	StopSoon
	StopNow
)

// NewShared returns the shared state of a run.
func NewShared() *Shared {
	s := &Shared{globals: map[int]Value{}, users: map[int]map[int]Value{}, DynamicStart: 10000, DynamicMax: 18000, DynamicStep: 4}
	s.Users.Store(-1)
	return s
}

// halt ends the run, because the scenario says so.
func (s *Shared) halt() {
	s.Halted.Store(true)
	s.Stop.Store(StopNow)
}

// nextDynamic returns the next [dynamic_id].
func (s *Shared) nextDynamic() int64 {
	n := s.dynamic.Add(1) - 1
	steps := max((s.DynamicMax-s.DynamicStart)/max(s.DynamicStep, 1), 1)
	return s.DynamicStart + n%steps*s.DynamicStep
}

// say hands a line of a scenario to whoever listens.
func (s *Shared) say(kind string, text []byte) {
	if s.Say != nil {
		s.Say(kind, string(text))
	}
}

// SetGlobal gives a global variable its first value; it reports whether the
// scenario has one of that name.
func (s *Shared) SetGlobal(p *scenario.Program, name, value string) bool {
	for i := range p.Vars {
		if v := &p.Vars[i]; v.Name == name && v.Scope == scenario.Global {
			s.globals[i] = text(value)
			return true
		}
	}
	return false
}
