package prover

import "time"

// Phases of a proof, as an Observer is told of them: planning, which is for the whole run, and
// then those of each segment, in their order.
const (
	PhasePlan        = "plan"
	PhaseExecute     = "execute"
	PhaseTrace       = "trace"
	PhaseMain        = "commit main columns"
	PhaseInteraction = "interaction columns"
	PhaseConstraints = "constraints"
	PhaseOpen        = "open"
	PhaseTest        = "low-degree test"
	PhaseVerify      = "verify"
)

// Phases lists the phases in their order.
func Phases() []string { return append([]string{PhasePlan}, SegmentPhases()...) }

// SegmentPhases lists those of a segment.
func SegmentPhases() []string {
	return []string{PhaseExecute, PhaseTrace, PhaseMain, PhaseInteraction, PhaseConstraints, PhaseOpen, PhaseTest, PhaseVerify}
}

// Parts of phases, for measurements. A phase that isn't divided has one part without a name.
const (
	PartPrepare   = "prepare"   // domains, preprocessed values, copies
	PartTransform = "transform" // interpolation and extension
	PartHash      = "hash"      // Merkle trees
	PartFractions = "fractions" // contents of the interaction columns
	PartEvaluate  = "evaluate"  // of constraints on their domain, of columns at the opened point
	PartDivide    = "divide"    // by the vanishing polynomial
	PartGrind     = "grind"
	PartQuotient  = "quotient" // DEEP
	PartFold      = "fold"     // the low-degree test up to its queries, with its trees
	PartRows      = "rows"     // opening of trees, encoding
)

// Span is the time that a part of a phase took.
type Span struct {
	Phase, Part string
	Duration    time.Duration
}

// clock measures the parts of a proof, and tells somebody of the phases.
type clock struct {
	obs   phaser
	spans []Span // in the order in which they began; each phase and part once
	at    time.Time
	now   int // the span that runs, -1 if none does
}

// newClock gives a clock that tells obs, which may be nil. One that is a clock goes on.
func newClock(obs phaser) *clock {
	switch o := obs.(type) {
	case nil:
		obs = nobody{}
	case *clock:
		return o
	}
	return &clock{obs: obs, now: -1}
}

// Phase begins a phase. Each is begun once.
func (c *clock) Phase(name string) {
	c.stop()
	c.begin(name, "")
	c.obs.Phase(name)
}

// part begins a part of the phase that runs. What comes before a phase's first part counts with
// that part.
func (c *clock) part(name string) {
	if c.now < 0 {
		return
	}
	at, phase := c.at, c.spans[c.now].Phase
	first := c.spans[c.now].Part == ""
	if first {
		c.spans = c.spans[:c.now]
	} else {
		c.stop()
	}
	c.begin(phase, name)
	if first {
		c.at = at
	}
}

func (c *clock) begin(phase, part string) {
	c.at = time.Now()
	for i, s := range c.spans {
		if s.Phase == phase && s.Part == part {
			c.now = i
			return
		}
	}
	c.now = len(c.spans)
	c.spans = append(c.spans, Span{Phase: phase, Part: part})
}

// stop ends what runs.
func (c *clock) stop() {
	if c.now >= 0 {
		c.spans[c.now].Duration += time.Since(c.at)
		c.now = -1
	}
}

// measured stops the clock and gives the spans in which time passed.
func (c *clock) measured() []Span {
	c.stop()
	var out []Span
	for _, s := range c.spans {
		if s.Duration > 0 {
			out = append(out, s)
		}
	}
	return out
}
