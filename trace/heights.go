package trace

import (
	"math/bits"

	"github.com/orrery/orrery/air/rv32im"
)

// minSaving is the least number of rows that a further table must save. Fewer are worth
// less than the bytes that its columns add to a proof (docs/decisions/table-heights.md).
const minSaving = 1 << 13

// heights gives the logarithms of the heights of the tables that hold n rows of a chip,
// decreasing and at most copies of them. Further tables than one are taken only where they
// save minSaving rows each and an eighth of n together.
func heights(n, copies int) []int {
	if n == 0 {
		return nil
	}
	whole := max(bits.Len(uint(n-1)), rv32im.MinLogHeight)
	if copies > 1 && whole > rv32im.MinLogHeight {
		top := whole - 1
		rest := heights(n-1<<top, copies-1)
		saved := 1<<top - capacity(rest)
		if rest[0] < top && saved >= max(n/8, len(rest)*minSaving) {
			return append([]int{top}, rest...)
		}
	}
	return []int{whole}
}

// capacity is the number of rows of tables with these heights.
func capacity(logs []int) int {
	n := 0
	for _, l := range logs {
		n += 1 << l
	}
	return n
}
