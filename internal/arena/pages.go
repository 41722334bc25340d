package arena

import (
	"sync"
	"time"
)

const (
	// step is the most that is mapped in one call.
	step = 4 * extent
	// forget is the factor by which the cost of the way not taken fades with each step, so that it
	// is tried again now and then: after half a gigabyte if it had five times the cost.
	forget = 0.97
)

// pages decides how memory is mapped. Large pages cost a tenth of small ones where the
// memory is there in large pieces, and several times as much in virtual machines whose
// free memory has gone back to the host; only measuring tells.
type pages struct {
	mu   sync.Mutex
	cost [2]float64 // seconds a byte of the last steps: small pages, large pages; 0 if not tried
}

// populate maps b, which begins and ends at multiples of an extent.
func (p *pages) populate(b []byte) {
	for len(b) > 0 {
		n := min(step, len(b))
		large := p.choose()
		if large {
			n = min(n, p.trial())
		}
		start := time.Now()
		if !populate(b[:n], large) {
			return // then each page is mapped at its first use
		}
		p.took(large, time.Since(start).Seconds()/float64(n))
		b = b[n:]
	}
}

// choose tells whether to use large pages.
func (p *pages) choose() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cost[1] < p.cost[0]
}

// trial is the most to be mapped with large pages: little if they may be slow.
func (p *pages) trial() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cost[1] > p.cost[0]/2 {
		return extent
	}
	return step
}

// took takes a measurement.
func (p *pages) took(large bool, cost float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	this, other := 0, 1
	if large {
		this, other = 1, 0
	}
	p.cost[this] = cost
	p.cost[other] *= forget
}
