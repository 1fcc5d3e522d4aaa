package peer

import (
	"runtime/debug"
	"sync"
)

var buildInfo = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	if bi, ok := debug.ReadBuildInfo(); ok {
		m[bi.Main.Path] = bi.Main.Version
		for _, d := range bi.Deps {
			m[d.Path] = d.Version
			if d.Replace != nil && d.Replace.Version == "" {
				m[d.Path] = "this tree"
			}
		}
	}
	return m
})

// moduleVersion is the version that this program was built with. A test
// binary carries no list of modules before Go 1.24; then it is empty.
func moduleVersion(path string) string { return buildInfo()[path] }
