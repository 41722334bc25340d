package rv32im

import "github.com/orrery/orrery/air"

// Trap causes that chips send, numbered as in the RISC-V privileged specification.
const (
	CauseMisaligned  = 0
	CauseIllegal     = 2
	CauseBreakpoint  = 3
	CauseLoadFault   = 5
	CauseStoreFault  = 7
	CauseEnvironment = 8
)

// sendEnd ends the run at the row's pc without executing the instruction: the clock stays,
// and no state follows.
func (s Step) sendEnd(b *air.Builder, live, kind, cause, v0, v1 air.Expr) {
	b.Send(End, live, kind, cause, b.Col(s.PC), v0, v1, b.Col(s.Clk))
}
