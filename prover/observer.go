package prover

// Observer is told how far a proof is. Calls come from one goroutine.
type Observer interface {
	// Phase announces the phase that begins.
	Phase(name string)
}

// nobody is the Observer of those who don't watch.
type nobody struct{}

func (nobody) Phase(string) {}
