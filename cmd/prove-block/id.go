package main

// idCmd prints a program's id.
type idCmd struct {
	Program fileName `arg:"" placeholder:"PROGRAM.elf" help:"Guest program, or - for stdin."`
	Memory  byteSize `default:"256MiB" placeholder:"SIZE" help:"Heap and stack, a multiple of 64KiB; 256MiB unless told. Part of the program id."`
}

// Run prints the id, with --quiet too: it is all that was asked for.
func (c *idCmd) Run(s *session) error {
	program, err := s.loadProgram("PROGRAM", c.Program, c.Memory)
	if err != nil {
		return err
	}
	id, err := s.programID(program)
	if err != nil {
		return err
	}
	s.report.ProgramID = id.String()
	s.text = []byte(id.String() + "\n")
	s.always = true
	return nil
}
