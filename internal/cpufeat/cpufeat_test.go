package cpufeat

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestRequiredTier(t *testing.T) {
	if err := CheckRequired(); err != nil {
		t.Fatal(err)
	}
	t.Logf("tier %v on %s, of %v", Current(), Brand(), Tiers())
}

func TestCheckRequired(t *testing.T) {
	t.Setenv(requireVariable, "altivec")
	if err := CheckRequired(); err == nil || !strings.Contains(err.Error(), "altivec") {
		t.Errorf("no error about a tier that cannot run: %v", err)
	}
	t.Setenv(requireVariable, Current().String())
	if err := CheckRequired(); err != nil {
		t.Error(err)
	}
}

func TestChoose(t *testing.T) {
	amd64 := []Tier{Generic, AVX2, AVX512}
	old := []Tier{Generic, AVX2}
	none := []Tier{Generic}
	for _, c := range []struct {
		forced   string
		have     []Tier
		want     Tier
		complain bool
	}{
		{"", amd64, AVX512, false},
		{"", old, AVX2, false},
		{"", none, Generic, false},
		{"generic", amd64, Generic, false},
		{"avx2", amd64, AVX2, false},
		{"avx512", amd64, AVX512, false},
		{"avx512", old, AVX2, true},
		{"avx2", none, Generic, true},
		{"neon", amd64, AVX512, true},
		{"AVX2", amd64, AVX512, true},
		{"sse9", old, AVX2, true},
	} {
		got, complaint := choose(c.forced, c.have)
		if got != c.want || (complaint != "") != c.complain {
			t.Errorf("choose(%q, %v) = %v, %q; want %v, complaint %v", c.forced, c.have, got, complaint, c.want, c.complain)
		}
		if complaint != "" && !strings.Contains(complaint, c.forced) {
			t.Errorf("choose(%q): %q does not name the value", c.forced, complaint)
		}
	}
}

func TestTiers(t *testing.T) {
	tiers := Tiers()
	if tiers[0] != Generic || !slices.Contains(tiers, Current()) {
		t.Errorf("tiers %v, current %v", tiers, Current())
	}
	if runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" && len(tiers) != 1 {
		t.Errorf("%s has tiers %v", runtime.GOARCH, tiers)
	}
	for _, tier := range tiers {
		if back, ok := parse(tier.String()); !ok || back != tier {
			t.Errorf("parse(%q) = %v, %v", tier.String(), back, ok)
		}
	}
	if s := Tier(200).String(); s != "unknown" {
		t.Error(s)
	}
}

func TestForce(t *testing.T) {
	before := Current()
	for _, tier := range Tiers() {
		restore := Force(tier)
		if Current() != tier {
			t.Errorf("forced %v, %v runs", tier, Current())
		}
		restore()
		if Current() != before {
			t.Errorf("restored to %v, want %v", Current(), before)
		}
	}
	for tier := range Tier(len(names)) {
		if Has(tier) {
			continue
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Force(%v) went through", tier)
				}
			}()
			Force(tier)
		}()
	}
}

// The variable is read when the program starts, so this asks a fresh one: the
// test binary itself.
func TestEnvironment(t *testing.T) {
	if os.Getenv("CPUFEAT_CHILD") != "" {
		_, _ = os.Stdout.WriteString("runs " + Current().String() + "\n")
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Skipf("NOT RUN: the test program cannot be found to be run again: %v", err)
	}
	child := func(tier string) string {
		cmd := exec.Command(self, "-test.run=^TestEnvironment$", "-test.v")
		cmd.Env = append(os.Environ(), "CPUFEAT_CHILD=1", forceVariable+"="+tier, requireVariable+"=")
		out, err := cmd.CombinedOutput()
		if err != nil {
			// An emulator of user programs need not be able to start another.
			t.Skipf("NOT RUN: %s cannot be run: %v", self, err)
		}
		return string(out)
	}
	best := Tiers()[len(Tiers())-1].String()
	for _, tier := range Tiers() {
		if out := child(tier.String()); !strings.Contains(out, "runs "+tier.String()+"\n") || strings.Contains(out, "lacks") {
			t.Errorf("%s=%v: %s", forceVariable, tier, out)
		}
	}
	if out := child("sse9"); !strings.Contains(out, "runs "+best+"\n") || !strings.Contains(out, "SIPWIRE_TIER=sse9: no such tier") {
		t.Error(out)
	}
	if out := child("altivec"); !strings.Contains(out, "using "+best) {
		t.Error(out)
	}
}

func TestAllocs(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		_ = Current()
		_ = Current().String()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
