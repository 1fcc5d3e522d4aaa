package scenario

import (
	"embed"
	"slices"
	"strings"
)

//go:embed builtin/*.xml
var builtin embed.FS

// Builtin returns the scenario file that -sn names; ok is false when there is
// none of that name.
func Builtin(name string) (data []byte, ok bool) {
	data, err := builtin.ReadFile("builtin/" + name + ".xml")
	return data, err == nil
}

// Builtins returns the names that Builtin knows, sorted.
func Builtins() []string {
	entries, _ := builtin.ReadDir("builtin")
	var names []string
	for _, e := range entries {
		names = append(names, strings.TrimSuffix(e.Name(), ".xml"))
	}
	slices.Sort(names)
	return names
}
