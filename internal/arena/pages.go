package arena

import (
	"math"
	"sync"
	"time"
)

const (
	// step is the most that is mapped in one call: Go's scheduler isn't told of it, so that the
	// collector may have to wait for its end, a millisecond or two.
	step = extent
	// forget is the factor by which the cost of large pages fades with each full step of small
	// ones, so that they are tried again now and then: after half a gigabyte if they had
	// five times the cost.
	forget = 0.9925
	// grow is the factor by which the cost of small pages can rise with each measurement.
	grow = 1.02
	// measured is the least that is measured.
	measured = 128 << 10
)

// pages decides how memory is mapped. Large pages cost a tenth of small ones where the
// memory is there in large pieces, and several times as much in virtual machines whose
// free memory has gone back to the host; only measuring tells.
type pages struct {
	mu   sync.Mutex
	cost [2]float64 // seconds a byte, with small and with large pages; 0 if not tried
}

// populate maps b, with large pages if told so.
func (p *pages) populate(b []byte, large bool) {
	for len(b) > 0 {
		n := min(step, len(b))
		start := time.Now()
		if !populate(b[:n], large) {
			return // then each page is mapped at its first use
		}
		p.took(large, n, time.Since(start).Seconds())
		b, large = b[n:], p.choose()
	}
}

// choose tells whether to use large pages.
func (p *pages) choose() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cost[1] < p.cost[0]
}

// took takes a measurement: n bytes in so many seconds. Of small pages the best of late counts, for
// what made others slower may have been another process; large ones are fast or slow by turns.
func (p *pages) took(large bool, n int, seconds float64) {
	if n < measured {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	cost := seconds / float64(n)
	if large {
		p.cost[1] = cost
		return
	}
	if p.cost[0] > 0 {
		cost = min(cost, p.cost[0]*grow)
	}
	p.cost[0] = cost
	p.cost[1] *= math.Pow(forget, float64(n)/step)
}
