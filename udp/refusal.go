package udp

// Cause says why an implementation was refused.
type Cause uint8

const (
	OtherSystem Cause = iota // the operating system has no such thing
	Override                 // the environment variable EnvImpl forbids it
	OldKernel                // the kernel is too old for it
	Sysctl                   // kernel.io_uring_disabled forbids it
	Forbidden                // seccomp or another security module forbids it
	Failed                   // any other error, for example no memory
)

// String returns a short description.
func (c Cause) String() string {
	switch c {
	case OtherSystem:
		return "other operating system"
	case Override:
		return EnvImpl
	case OldKernel:
		return "old kernel"
	case Sysctl:
		return "kernel.io_uring_disabled"
	case Forbidden:
		return "seccomp or security module"
	}
	return "failed"
}

// Refusal says why an implementation that was asked for is not in use. It is
// an error and unwraps to the system's.
type Refusal struct {
	Impl  Impl
	Cause Cause
	Err   error // what the system said; nil for OtherSystem and Override
}

// Error returns the implementation, the cause and the system's error.
func (r *Refusal) Error() string {
	s := "udp: " + r.Impl.String() + " refused: " + r.Cause.String()
	if r.Err != nil {
		s += ": " + r.Err.Error()
	}
	return s
}

// Unwrap returns Err.
func (r *Refusal) Unwrap() error { return r.Err }
