package arena

import (
	"cmp"
	"slices"
)

// span is a free part of the arena's memory.
type span struct{ at, size int }

// ranges are the free parts, by offset; none touches the next.
type ranges struct{ free []span }

// find is the index of the first part that begins at at or later.
func (r *ranges) find(at int) int {
	i, _ := slices.BinarySearchFunc(r.free, at, func(s span, at int) int { return cmp.Compare(s.at, at) })
	return i
}

// take cuts size bytes from the beginning of the first part that has as many.
func (r *ranges) take(size int) (at int, ok bool) {
	for i := range r.free {
		s := &r.free[i]
		if s.size < size {
			continue
		}
		at = s.at
		s.at, s.size = s.at+size, s.size-size
		if s.size == 0 {
			r.free = slices.Delete(r.free, i, i+1)
		}
		return at, true
	}
	return 0, false
}

// give adds a part.
func (r *ranges) give(at, size int) {
	i := r.find(at)
	if i < len(r.free) && r.free[i].at == at+size {
		size += r.free[i].size
		r.free = slices.Delete(r.free, i, i+1)
	}
	if i > 0 && r.free[i-1].at+r.free[i-1].size == at {
		r.free[i-1].size += size
		return
	}
	r.free = slices.Insert(r.free, i, span{at, size})
}

// trailing is the size of the part that ends at end, 0 if none does.
func (r *ranges) trailing(end int) int {
	if n := len(r.free); n > 0 && r.free[n-1].at+r.free[n-1].size == end {
		return r.free[n-1].size
	}
	return 0
}

// cut removes the part that begins at at, if one does.
func (r *ranges) cut(at int) {
	if i := r.find(at); i < len(r.free) && r.free[i].at == at {
		r.free = slices.Delete(r.free, i, i+1)
	}
}
