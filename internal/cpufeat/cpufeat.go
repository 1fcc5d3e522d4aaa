// Package cpufeat chooses the tier of the byte kernels: once, when the
// program starts, from what the processor and the operating system offer and
// from two environment variables. It is the only package that asks for CPU
// features.
//
//	SIPWIRE_TIER=generic|avx2|avx512|neon   forces a tier
//	SIPWIRE_REQUIRE_TIER=...                makes tests fail when another tier runs
//
// A tier that the processor lacks is refused with a line on standard error,
// and the best one there is runs in its place: a forced tier never leads to an
// illegal instruction.
//
// Which tiers exist is settled by the build: amd64 has generic, avx2 and
// avx512, arm64 has generic and neon, and every other architecture, as well as
// the build tag purego, has the generic one alone. There Tier returns a
// constant, so that the branches on it are compiled away.
package cpufeat

import (
	"errors"
	"os"
	"strings"

	"github.com/klauspost/cpuid/v2"
)

// Tier is a level of vector instructions. The zero Tier is the generic code.
type Tier uint8

// The tiers. A higher one is not a superset of a lower one across
// architectures; compare for equality.
const (
	Generic Tier = iota // portable Go
	AVX2                // amd64: AVX2, BMI1, BMI2, POPCNT
	AVX512              // amd64: the same and AVX-512 F, BW, VL, VBMI, VBMI2 (Ice Lake, Zen 4 and later)
	NEON                // arm64: Advanced SIMD, which every arm64 processor has
)

// The environment variables.
const (
	forceVariable   = "SIPWIRE_TIER"
	requireVariable = "SIPWIRE_REQUIRE_TIER"
)

var names = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512", NEON: "neon"}

// String returns the name by which the environment variables know the tier.
func (t Tier) String() string {
	if int(t) < len(names) {
		return names[t]
	}
	return "unknown"
}

// parse returns the tier of that name.
func parse(name string) (Tier, bool) {
	for t, n := range names {
		if n == name {
			return Tier(t), true
		}
	}
	return Generic, false
}

// Has reports whether this build and this machine can run tier t.
func Has(t Tier) bool {
	for _, s := range supported() {
		if s == t {
			return true
		}
	}
	return false
}

// Tiers returns the tiers that this build and this machine can run, the
// generic one first and the best last. Tests and benchmarks walk it.
func Tiers() []Tier { return supported() }

// choose returns the tier for a value of the variable SIPWIRE_TIER, and what
// to tell the user when the value cannot be had.
func choose(forced string, have []Tier) (t Tier, complaint string) {
	best := have[len(have)-1]
	if forced == "" {
		return best, ""
	}
	t, ok := parse(forced)
	if !ok {
		return best, forceVariable + "=" + forced + ": no such tier, want " + strings.Join(names[:], ", ")
	}
	for _, h := range have {
		if h == t {
			return t, ""
		}
	}
	return best, forceVariable + "=" + forced + ": this build or processor lacks it"
}

// start is what the variable of the tier begins with.
func start() Tier {
	t, complaint := choose(os.Getenv(forceVariable), supported())
	if complaint != "" {
		_, _ = os.Stderr.WriteString("sipwire: " + complaint + "; using " + t.String() + "\n")
	}
	return t
}

// CheckRequired returns an error when the environment variable
// SIPWIRE_REQUIRE_TIER names a tier other than the one that runs. Every
// package whose tests mean to try a tier calls it in a test, so that a machine
// without the tier fails instead of passing for the wrong reason.
func CheckRequired() error {
	want := os.Getenv(requireVariable)
	if want == "" || want == Current().String() {
		return nil
	}
	return errors.New("cpufeat: " + requireVariable + "=" + want + ", but tier " + Current().String() + " runs on " + Brand())
}

// Brand returns the name that the processor gives itself, for reports.
func Brand() string {
	if b := cpuid.CPU.BrandName; b != "" {
		return b
	}
	return "unknown processor"
}
