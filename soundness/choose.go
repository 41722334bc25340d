package soundness

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Profile trades proving time for proof size.
type Profile uint8

const (
	Fast     Profile = 1 // blow-up 2
	Balanced Profile = 2 // blow-up 4
	Compact  Profile = 3 // blow-up 16
)

// ErrProfile reports an unknown profile.
var ErrProfile = errors.New("soundness: unknown profile")

// Profiles lists all profiles, the fastest first.
func Profiles() []Profile { return []Profile{Fast, Balanced, Compact} }

// LogBlowup is log2 of the blow-up factor, 0 for an unknown profile.
func (p Profile) LogBlowup() int {
	switch p {
	case Fast:
		return 1
	case Balanced:
		return 2
	case Compact:
		return 4
	}
	return 0
}

// String returns the profile's name.
func (p Profile) String() string {
	switch p {
	case Fast:
		return "fast"
	case Balanced:
		return "balanced"
	case Compact:
		return "compact"
	}
	return "unknown"
}

// ID is the profile's number in keys, transcripts and proofs.
func (p Profile) ID() uint32 { return uint32(p) }

// ParseProfile finds a profile by its name.
func ParseProfile(name string) (Profile, error) {
	for _, p := range Profiles() {
		if strings.EqualFold(p.String(), name) {
			return p, nil
		}
	}
	return 0, fmt.Errorf("%w: %q", ErrProfile, name)
}

// ProfileByID finds a profile by its number.
func ProfileByID(id uint32) (Profile, error) {
	for _, p := range Profiles() {
		if p.ID() == id {
			return p, nil
		}
	}
	return 0, fmt.Errorf("%w: number %d", ErrProfile, id)
}

func profileOf(logBlowup int) Profile {
	for _, p := range Profiles() {
		if p.LogBlowup() == logBlowup {
			return p
		}
	}
	return 0
}

const (
	minMultiplicity = 3
	maxMultiplicity = 64

	foldLog    = 3 // fold by 8: openings of 16 cost as much as the layers they save
	maxLogLast = 8 // 6 KiB at most; another layer costs more for every profile

	// cheapGrind is what is ground for a query less without a second thought: some
	// milliseconds of hashing. More only if nothing else reaches the mark.
	cheapGrind = 16
)

// Choose picks parameters of the profile for a shape: at least MinBits in every round, as few
// queries as possible, with at most MaxGrindBits of grinding in a round. A larger multiplicity
// m allows fewer queries but costs bits when batching, which grinding before the batching
// challenge makes up for. Among equals the smallest m, and with it the least grinding, wins.
//
// The choice depends on nothing but its arguments, so prover and verifier come to the same
// parameters without sending any. The error is ErrProfile, ErrShape or an InsufficientError.
func Choose(profile Profile, shape Shape) (Params, error) {
	lb := profile.LogBlowup()
	if lb == 0 {
		return Params{}, fmt.Errorf("%w: number %d", ErrProfile, profile)
	}
	if err := shape.check(lb); err != nil {
		return Params{}, err
	}
	var best Params
	var miss *InsufficientError
	for m := minMultiplicity; m <= maxMultiplicity; m++ {
		p, err := chooseFor(m, profile, shape)
		if err != nil {
			if e := (*InsufficientError)(nil); !errors.As(err, &e) {
				return Params{}, err
			} else if miss == nil || e.Bits > miss.Bits {
				miss = e
			}
			continue
		}
		if best.M == 0 || better(p, best) {
			best = p
		}
	}
	if best.M == 0 {
		return Params{}, miss
	}
	return best, nil
}

// better prefers cheap grinding, then fewer queries.
func better(a, b Params) bool {
	if ca, cb := a.BatchGrind <= cheapGrind, b.BatchGrind <= cheapGrind; ca != cb {
		return ca
	}
	return a.Queries < b.Queries
}

// chooseFor completes the parameters for a given multiplicity.
func chooseFor(m int, profile Profile, shape Shape) (Params, error) {
	p := Params{LogBlowup: profile.LogBlowup(), M: m, QueryGrind: MaxGrindBits}
	p.FoldLogs, p.LogLast = foldSchedule(shape.LogHeight)
	// CapLog stays 0: one multi-proof opens all queries of a tree and leaves out every node
	// that can be computed, so 2^c nodes of a cap never take less room than the siblings
	// above them that are still missing.
	p.Queries = int(math.Ceil((MinBits - MaxGrindBits) / newCode(shape, p).queryBits()))

	rounds, err := Report(p, shape)
	if err != nil {
		return Params{}, err
	}
	for i, r := range rounds {
		if r.Name == RoundBatching && r.Bits < MinBits {
			p.BatchGrind = min(MaxGrindBits, int(math.Ceil(MinBits-r.Bits)))
			rounds[i].Bits += float64(p.BatchGrind)
		}
	}
	if rounds.Bits() < MinBits {
		return Params{}, &InsufficientError{Profile: profile, Round: rounds.LimitedBy(), Bits: rounds.Bits()}
	}
	return p, nil
}

// foldSchedule folds by 8 until at most 2^maxLogLast coefficients are left, at least once.
func foldSchedule(logHeight int) (folds []int, logLast int) {
	logLast = logHeight - foldLog
	folds = []int{foldLog}
	for logLast > maxLogLast {
		folds = append(folds, foldLog)
		logLast -= foldLog
	}
	return folds, logLast
}
