package main

// proveSegmentCmd will prove one segment that another process has cut out of a run.
type proveSegmentCmd struct {
	Job fileName `arg:"" help:"Job file."`
	Out fileName `placeholder:"FILE" help:"File for the proof."`
}

// Run refuses.
func (c *proveSegmentCmd) Run() error {
	return usagef("prove-segment %w", errNotBuilt)
}
