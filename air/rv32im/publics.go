package rv32im

// MaxIntervals bounds the number of intervals of equal permissions that a program header
// cuts the address space into.
const MaxIntervals = 16

// Positions in the vector of public values that the chips see. All of them come from the
// program header, which the program id binds.
const (
	PublicCodeStart = 0 // first word index (address/4) of the code
	PublicCodeEnd   = 1 // first word index after it
	// PublicStart + i is the first 64 KiB page of interval i; PublicStart + MaxIntervals
	// is 2^16. Intervals that a program doesn't use are empty: they start at 2^16.
	PublicStart = 2
	// PublicRead + i is 1 if interval i can be read, PublicWrite + i if it can be written.
	PublicRead  = PublicStart + MaxIntervals + 1
	PublicWrite = PublicRead + MaxIntervals
	NumPublics  = PublicWrite + MaxIntervals
)
