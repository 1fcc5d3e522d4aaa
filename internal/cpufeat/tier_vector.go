//go:build (amd64 || arm64) && !purego

package cpufeat

// tier is written when the program starts, and by Force.
var tier = start()

// Current returns the tier that runs.
func Current() Tier { return tier }

// Force makes tier t run until restore is called. It is for tests and
// benchmarks, one at a time: nothing guards it against kernels that run
// meanwhile. It panics when the machine lacks the tier (see Tiers).
func Force(t Tier) (restore func()) {
	if !Has(t) {
		panic("cpufeat: Force: this build or processor lacks tier " + t.String())
	}
	old := tier
	tier = t
	return func() { tier = old }
}
