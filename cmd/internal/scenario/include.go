package scenario

import (
	"os"
	"path/filepath"
)

// How deep files may include others, as in SIPp, and how many may be included in
// all: a file that includes the next one twice, and so on, would be read 65,536
// times.
const (
	maxIncludes = 16
	maxIncluded = 1000
)

// include puts the content of other files in the place of each <xi:include> in
// an element: what is in a <scenario>, or the one element that a file has. A
// relative path starts at the folder of the file that includes.
func (c *compiler) include(root *node, depth int) error {
	var out []*node
	for i, n := range root.children {
		if n.name != "xi:include" {
			if err := c.include(n, depth); err != nil {
				return err
			}
			if out != nil {
				out = append(out, n)
			}
			continue
		}
		if out == nil {
			out = append(make([]*node, 0, len(root.children)), root.children[:i]...)
		}
		content, err := c.content(n, depth+1)
		if err != nil {
			return err
		}
		out = append(out, content...)
	}
	if out != nil {
		root.children = out
	}
	return nil
}

// content returns the elements of the file that an <xi:include> names.
func (c *compiler) content(n *node, depth int) ([]*node, error) {
	e := c.element(n)
	path := e.need("href")
	e.rest()
	switch {
	case e.err != nil:
		return nil, e.err
	case c.noTexts:
		return nil, c.fault(n, "cannot be used in a fleet: the file is not where the workers are")
	case depth > maxIncludes:
		return nil, c.fault(n, "more than %d files include each other", maxIncludes)
	}
	if c.included++; c.included > maxIncluded {
		return nil, c.fault(n, "more than %d files are included", maxIncluded)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(n.file), path)
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, c.fault(n, "%s is no file", path) // a device may have no end
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, c.fault(n, "%v", err)
	}
	root, err := readTree(path, data)
	if err != nil {
		return nil, err
	}
	if root.name != "scenario" {
		root = &node{file: path, children: []*node{root}}
	}
	return root.children, c.include(root, depth)
}
