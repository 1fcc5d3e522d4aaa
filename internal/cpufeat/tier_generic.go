//go:build !(amd64 || arm64) || purego

package cpufeat

// A forced tier that is not there is complained about here too.
var _ = start()

func supported() []Tier { return []Tier{Generic} }

// Current returns Generic, the only tier of this build.
func Current() Tier { return Generic }

// Force does nothing: Generic is the only tier of this build. It panics when
// another one is asked for.
func Force(t Tier) (restore func()) {
	if t != Generic {
		panic("cpufeat: Force: this build lacks tier " + t.String())
	}
	return func() {}
}
