package inject

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// Order says which line a call takes.
type Order uint8

// The orders of lines.
const (
	Sequential Order = iota
	Random
	User // the line of the user's number
)

// A File is the content of one injection file.
type File struct {
	Name  string
	order Order
	next  atomic.Int64

	index, of int // which lines are for this process: each of-th, from index on; of is 0 for all

	// Patterns: virtual lines, a multiple and an offset of the line's number.
	virtual          int
	multiple, offset int

	mu      sync.RWMutex // guards what is below: actions insert and replace lines
	rows    [][]string
	byField map[int]map[string]int
}

// Load reads a file.
func Load(path string) (*File, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(path, string(data))
}

// Parse takes the content of a file apart.
func Parse(name, text string) (*File, error) {
	f := &File{Name: name, multiple: 1, byField: map[int]map[string]int{}}
	head := false
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSuffix(line, "\r")
		switch {
		case !head:
			head = true
			if err := f.header(line); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", name, i+1, err)
			}
		case line == "" || line[0] == '#':
		default:
			f.rows = append(f.rows, strings.Split(line, ";"))
		}
	}
	if len(f.rows) == 0 {
		return nil, fmt.Errorf("%s: there is no line of values in it", name)
	}
	return f, nil
}

// header reads the first line.
func (f *File) header(line string) error {
	for i, word := range strings.Split(line, ",") {
		word = strings.TrimSpace(word)
		if i == 0 {
			switch { // spreadsheets put separators behind the word
			case strings.Contains(word, "SEQUENTIAL"):
				f.order = Sequential
			case strings.Contains(word, "RANDOM"):
				f.order = Random
			case strings.Contains(word, "USER"):
				f.order = User
			default:
				return fmt.Errorf("the first line must say SEQUENTIAL, RANDOM or USER, and says %.40q", line)
			}
			continue
		}
		if word == "" {
			continue
		}
		name, value, _ := strings.Cut(word, "=")
		n, err := strconv.Atoi(value)
		if err != nil || n < 0 {
			return fmt.Errorf("%.40q: the value is not a whole number", word)
		}
		switch name {
		case "PRINTF":
			f.virtual = n
		case "PRINTFMULTIPLE":
			f.multiple = n
		case "PRINTFOFFSET":
			f.offset = n
		default:
			return fmt.Errorf("%.40q is not known", name)
		}
	}
	return nil
}

// Lines returns the number of lines, virtual ones included.
func (f *File) Lines() int {
	if f.virtual > 0 {
		return f.virtual
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.rows)
}

// Take returns the line that the next call takes; user counts from 1.
func (f *File) Take(user int, r *rand.Rand) int {
	n := f.Lines()
	if f.order == User {
		return f.Of(user) // users are shared out already
	}
	first, step := 0, 1
	if f.of > 1 && n >= f.of {
		first, step = f.index, f.of
		n = (n - first + step - 1) / step
	}
	if f.order == Random {
		return first + r.IntN(n)*step
	}
	return first + int((f.next.Add(1)-1)%int64(n))*step
}

// Of returns the line of a user, who counts from 1.
func (f *File) Of(user int) int { return max(user-1, 0) % f.Lines() }

// Share keeps all lines but each of-th, from index on, for other processes. A
// file that has fewer lines than there are processes is shared by all.
func (f *File) Share(index, of int) { f.index, f.of = index, of }

// AppendField appends a field, nothing when there is none.
func (f *File) AppendField(dst []byte, line, field int) []byte {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if line < 0 {
		return dst
	}
	if f.virtual > 0 {
		row := f.rows[line%len(f.rows)]
		if field >= len(row) {
			return dst
		}
		return appendPattern(dst, row[field], line*f.multiple+f.offset)
	}
	if line >= len(f.rows) || field >= len(f.rows[line]) {
		return dst
	}
	return append(dst, f.rows[line][field]...)
}

// appendPattern appends s with each %d, %5d and %05d replaced by n.
func appendPattern(dst []byte, s string, n int) []byte {
	for {
		i := strings.IndexByte(s, '%')
		if i < 0 || i+1 == len(s) {
			return append(dst, s...)
		}
		dst = append(dst, s[:i]...)
		s = s[i+1:]
		j := 0
		for j < len(s) && s[j] >= '0' && s[j] <= '9' {
			j++
		}
		if j < len(s) && strings.IndexByte("diu", s[j]) >= 0 && j < 4 {
			dst = fmt.Appendf(dst, "%"+s[:j]+"d", n)
			s = s[j+1:]
			continue
		}
		if s[0] == '%' {
			s = s[1:]
		}
		dst = append(dst, '%')
	}
}

// Address returns the address in a field; one of IPv6 may have brackets.
func (f *File) Address(line, field int) (netip.Addr, error) {
	text := strings.TrimSpace(string(f.AppendField(nil, line, field)))
	a, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return a, fmt.Errorf("%s: field %d of line %d is no address, but %q", f.Name, field, line, text)
	}
	return a, nil
}

// Index makes a field one that Lookup finds lines by.
func (f *File) Index(field int) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.virtual > 0 {
		return fmt.Errorf("%s: a file of patterns has no index", f.Name)
	}
	m := map[string]int{}
	for i, row := range f.rows {
		if field < len(row) {
			m[row[field]] = i
		}
	}
	f.byField[field] = m
	return nil
}

// Lookup returns the line that has the key in the indexed field, -1 for none.
func (f *File) Lookup(key []byte) int {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, m := range f.byField {
		if line, ok := m[string(key)]; ok {
			return line
		}
	}
	return -1
}

// Indexed reports whether Lookup can find anything.
func (f *File) Indexed() bool {
	f.mu.RLock()
	defer f.mu.RUnlock()
	return len(f.byField) > 0
}

// Insert adds a line behind the others.
func (f *File) Insert(values string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rows = append(f.rows, strings.Split(values, ";"))
	f.reindex(len(f.rows)-1, nil)
}

// Replace puts another line in the place of one; it reports whether that is
// there.
func (f *File) Replace(line int, values string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if line < 0 || line >= len(f.rows) {
		return false
	}
	old := f.rows[line]
	f.rows[line] = strings.Split(values, ";")
	f.reindex(line, old)
	return true
}

// reindex puts a line into the indexes and takes what it was out of them.
func (f *File) reindex(line int, old []string) {
	for field, m := range f.byField {
		if field < len(old) && m[old[field]] == line {
			delete(m, old[field])
		}
		if row := f.rows[line]; field < len(row) {
			m[row[field]] = line
		}
	}
}

// A Set is the files of a run, in the order of the command line.
type Set []*File

// Find returns the index of a file by its name with or without its folder;
// the empty name is that of the first. It is -1 for none.
func (s Set) Find(name string) int {
	if name == "" && len(s) > 0 {
		return 0
	}
	for i, f := range s {
		if f.Name == name || filepath.Base(f.Name) == filepath.Base(name) {
			return i
		}
	}
	return -1
}
