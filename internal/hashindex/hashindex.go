// Package hashindex finds entries of a table by hash. It holds a hash for each
// index; what the entries are, and whether one of them has the key that is
// looked for, its owner knows.
//
// It grows by linear hashing: an insertion that makes it too full divides one
// bucket in two. So no insertion pays for moving all others, as one does when a
// table doubles.
package hashindex

const (
	segBits = 10
	segSize = 1 << segBits
	first   = segSize // buckets at the start, a power of two
)

type node struct{ hash, next uint32 } // next is an index plus one

// An Index is such a table. The zero value is empty and ready.
type Index struct {
	heads []*[segSize]uint32
	nodes []*[segSize]node
	base  uint32 // buckets of this round before any was divided
	split uint32 // the next bucket to be divided
	count int
}

// Len returns the number of entries.
func (x *Index) Len() int { return x.count }

func (x *Index) node(i uint32) *node { return &x.nodes[i>>segBits][i&(segSize-1)] }

func (x *Index) bucket(hash uint32) *uint32 {
	b := hash & (x.base - 1)
	if b < x.split {
		b = hash & (2*x.base - 1)
	}
	return &x.heads[b>>segBits][b&(segSize-1)]
}

// Add adds index i, which must not be there, under a hash.
func (x *Index) Add(i uint32, hash uint64) {
	for int(i>>segBits) >= len(x.nodes) {
		x.nodes = append(x.nodes, new([segSize]node))
	}
	if x.base == 0 {
		x.base = first
		x.heads = append(x.heads, new([segSize]uint32))
	}
	head := x.bucket(uint32(hash))
	*x.node(i) = node{uint32(hash), *head}
	*head = i + 1
	x.count++
	if x.count > int(x.base+x.split) {
		x.divide()
	}
}

// divide spreads the entries of the next bucket over two.
func (x *Index) divide() {
	old, fresh := x.split, x.split+x.base // fresh is empty
	if int(fresh>>segBits) == len(x.heads) {
		x.heads = append(x.heads, new([segSize]uint32))
	}
	head := &x.heads[old>>segBits][old&(segSize-1)]
	list := *head
	*head = 0
	if x.split++; x.split == x.base {
		x.base, x.split = 2*x.base, 0
	}
	for list != 0 {
		i := list - 1
		n := x.node(i)
		list = n.next
		head := x.bucket(n.hash)
		n.next, *head = *head, i+1
	}
}

// Remove takes index i out, which must be there.
func (x *Index) Remove(i uint32) {
	n := x.node(i)
	link := x.bucket(n.hash)
	for *link != i+1 {
		link = &x.node(*link - 1).next
	}
	*link = n.next
	x.count--
}

// First returns the first index with the hash, Next the one behind i.
func (x *Index) First(hash uint64) (i uint32, ok bool) {
	if x.count == 0 {
		return 0, false
	}
	return x.find(*x.bucket(uint32(hash)), uint32(hash))
}

// Next returns the index with the same hash behind i.
func (x *Index) Next(i uint32) (uint32, bool) {
	n := x.node(i)
	return x.find(n.next, n.hash)
}

func (x *Index) find(link, hash uint32) (uint32, bool) {
	for link != 0 {
		n := x.node(link - 1)
		if n.hash == hash {
			return link - 1, true
		}
		link = n.next
	}
	return 0, false
}
