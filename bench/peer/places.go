package peer

import (
	"reflect"
	"unsafe"
)

// A page is the range in which the processor compares the addresses of a store
// and of a later load at first. It holds back a load that agrees with a store in
// flight in these bits, though the two are in different pages. So the place in its
// page of what a parser writes to changes its speed: that of the index of sipwire
// by up to 13 %.
const (
	page   = 4096
	places = 8 // in a page, as far from each other as they can be
)

// spread makes a value for each place. They are one allocation, so that they are
// as far from each other as is meant wherever the allocator puts it.
func spread[T any]() (values [places]*T) {
	size := int(reflect.TypeFor[T]().Size())
	gap := page - (size+page-page/places)%page // not 0: an empty field at the end would get a byte
	one := reflect.StructOf([]reflect.StructField{
		{Name: "Value", Type: reflect.TypeFor[T]()},
		{Name: "Gap", Type: reflect.ArrayOf(gap, reflect.TypeFor[byte]())},
	})
	all := reflect.New(reflect.ArrayOf(places, one)).Elem()
	for i := range values {
		values[i] = (*T)(unsafe.Pointer(all.Index(i).UnsafeAddr()))
	}
	return values
}

// inPlaces is a batch that does its messages in as many runs as there are
// places, with another of the values in use for each.
func inPlaces[T any](run Batch, use **T) Batch {
	values := spread[T]()
	return func(picks []int32) (sum uint64) {
		for i, v := range values {
			*use = v
			if part := picks[len(picks)*i/places : len(picks)*(i+1)/places]; len(part) > 0 {
				sum += run(part)
			}
		}
		return sum
	}
}
