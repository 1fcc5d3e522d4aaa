package corpus

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir reads a folder of messages, one in each regular file, in the order of
// their paths. Empty files and those whose name starts with a dot are passed
// over. The messages need not be valid; what a parser makes of them is told
// by the check of agreement.
func Dir(path string) ([]Message, error) {
	var out []Message
	root := os.DirFS(path)
	err := fs.WalkDir(root, ".", func(name string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() || e.Name()[0] == '.' {
			return err
		}
		b, err := fs.ReadFile(root, name)
		if err == nil && len(b) > 0 {
			out = append(out, Message{Kind: name, Bytes: b[:len(b):len(b)]})
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("corpus: %w", err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("corpus: no messages in %s", filepath.Clean(path))
	}
	return out, nil
}
