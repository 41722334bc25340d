package trace

import (
	"math/bits"

	"github.com/orrery/orrery/air/rv32im"
)

// splitLog is the least height of a table that is cut off from a larger one: below it, the
// padding saved is worth less than the bytes that more columns add to a proof.
const splitLog = 13

// heights gives the logarithms of the heights of the tables that hold n rows of a chip,
// decreasing and at most copies of them. A second or third table is taken only where it
// saves an eighth of the rows at least.
func heights(n, copies int) []int {
	if n == 0 {
		return nil
	}
	whole := max(bits.Len(uint(n-1)), rv32im.MinLogHeight)
	if copies > 1 && whole > splitLog {
		top := whole - 1
		rest := heights(n-1<<top, copies-1)
		if total := 1<<top + capacity(rest); rest[0] < top && 1<<whole-total >= n/8 {
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
