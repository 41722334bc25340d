// Command prove-block runs RISC-V programs on the Orrery machine, proves runs, and verifies
// and examines proofs.
//
// Exit statuses: 0 done (verify: accepted), 1 rejected or failed, 2 wrong usage, 3 the guest
// didn't halt with code 0 and --expect-success was given.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/orrery/orrery/abi"
	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/proof"
)

// version is that of the command; proofs and the guest ABI have their own.
const version = "0.1.0"

// Exit statuses of the command.
const (
	statusDone         = 0
	statusFailed       = 1
	statusUsage        = 2
	statusUnsuccessful = 3
)

// cli is the grammar of the command line.
type cli struct {
	globals

	Run          runCmd          `cmd:"" help:"Run a program without proving anything."`
	Prove        proveCmd        `cmd:"" help:"Run a program and prove the run."`
	Cut          cutCmd          `cmd:"" help:"Run a program and write a job for each segment of the run."`
	ProveSegment proveSegmentCmd `cmd:"" help:"Prove one segment of a run, from its job alone."`
	Join         joinCmd         `cmd:"" help:"Put the proofs of all segments of a run together."`
	Verify       verifyCmd       `cmd:"" help:"Verify a proof that a certain program ran, and print what it claims."`
	ID           idCmd           `cmd:"" name:"id" help:"Print the id of a program."`
	Key          keyCmd          `cmd:"" help:"Print the digest of the verifying key, or write the key to a file."`
	Inspect      inspectCmd      `cmd:"" help:"Show what a proof consists of, without verifying it."`
	Bench        benchCmd        `cmd:"" help:"Measure."`
}

// globals are the options of all commands.
type globals struct {
	JSON     bool        `name:"json" help:"Print one JSON object on stdout and nothing else there."`
	Quiet    bool        `help:"Print nothing but what was asked for: no progress, no notes, and no report unless --json is given."`
	Threads  *int        `placeholder:"N" help:"Number of threads (all processors unless told)."`
	Kernels  kernels     `placeholder:"NAME" help:"Vector kernels: portable, avx2 or avx512. Without it the environment variable ORRERY_KERNELS counts, and without that the best that the host has."`
	Progress string      `enum:"auto,json,none" default:"auto" placeholder:"KIND" help:"Progress on stderr: auto (a bar, on a terminal only), json (one object a line) or none."`
	Metrics  loopback    `placeholder:"ADDR" help:"Loopback address, such as 127.0.0.1:9090, to serve metrics (/metrics) and profiles (/debug/pprof/) on while the command runs."`
	Version  versionFlag `help:"Print the version and exit."`
}

// maxThreads keeps a slip of the keyboard from starting a thread for each byte of memory.
const maxThreads = 4096

// Validate checks what all commands take; package kong calls it.
func (g *globals) Validate() error {
	if g.Threads != nil && (*g.Threads < 1 || *g.Threads > maxThreads) {
		return fmt.Errorf("--threads: %d is not between 1 and %d", *g.Threads, maxThreads)
	}
	return nil
}

// errVersion stops the parser when --version is met.
var errVersion = errors.New("version asked for")

type versionFlag bool

// BeforeReset runs before required arguments are missed.
func (versionFlag) BeforeReset() error { return errVersion }

// statusError is an error with the exit status that it leads to.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// usagef makes an error of wrong usage.
func usagef(format string, args ...any) error {
	return &statusError{statusUsage, fmt.Errorf(format, args...)}
}

// session is one run of the command.
type session struct {
	ctx            context.Context
	opts           *globals
	stdin          io.Reader
	stdout, stderr io.Writer
	threads        int
	stdoutTaken    bool     // a file is written to stdout
	report         *report  // what --json prints
	text           []byte   // what is printed otherwise
	always         bool     // the text is what was asked for: --quiet doesn't hide it
	metrics        *metrics // nil unless --metrics is given
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run executes a command line and returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	var c cli
	s := &session{ctx: ctx, opts: &c.globals, stdin: stdin, stdout: stdout, stderr: stderr, report: &report{Version: version}}
	exited := false
	parser, err := kong.New(&c,
		kong.Name("prove-block"),
		kong.Description("Proves that a RISC-V program ran as claimed."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true}),
	)
	if err != nil {
		return s.finish(fmt.Errorf("command line grammar: %w", err))
	}
	line, err := parser.Parse(args)
	switch {
	case exited: // --help
		return statusDone
	case errors.Is(err, errVersion):
		s.text = fmt.Appendf(nil, "prove-block %s (proof version %d, guest ABI %d, kernels %s, %s)\n",
			version, proof.Version, abi.ABIVersion, cpu.Selected(), runtime.Version())
		c.JSON, s.always = slices.Contains(args, "--json"), true
		return s.finish(nil)
	case err != nil:
		// The parser may have stopped before it came to --json.
		c.JSON = c.JSON || slices.Contains(args, "--json")
		return s.finish(usagef("%w (see prove-block --help)", err))
	}
	restore, err := c.Kernels.use()
	if err != nil {
		return s.finish(err)
	}
	defer restore()
	s.threads = runtime.GOMAXPROCS(0)
	if c.Threads != nil {
		s.threads = *c.Threads
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(s.threads))
	}
	defer collect(c.proves(line.Command()))()
	if c.Metrics != "" {
		stop, err := s.serveMetrics(c.Metrics)
		if err != nil {
			return s.finish(err)
		}
		defer stop()
	}
	return s.finish(line.Run(s))
}

// proves reports whether a command makes proofs.
func (c *cli) proves(command string) bool {
	name, _, _ := strings.Cut(command, " ")
	return name == "prove" || name == "prove-segment" || name == "bench" && c.Bench.What != benchExecution
}

// collect makes the garbage collector run more often than it would, for proofs: nearly all of
// their memory is columns, which cost it no time, and garbage would add to the peak. The
// variable GOGC has precedence. The function that it returns undoes that, and what the command
// does to the memory limit.
func collect(proves bool) (restore func()) {
	limit := debug.SetMemoryLimit(-1)
	if !proves || os.Getenv("GOGC") != "" {
		return func() { debug.SetMemoryLimit(limit) }
	}
	percent := debug.SetGCPercent(50)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}

// finish prints the outcome and returns the exit status.
func (s *session) finish(err error) int {
	if err != nil && s.ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	status := statusDone
	if err != nil {
		status = statusFailed
		var e *statusError
		if errors.As(err, &e) {
			status = e.status
		}
		s.report.Error = err.Error()
		fmt.Fprintf(s.stderr, "prove-block: %v\n", err)
	}
	if err := s.print(); err != nil {
		fmt.Fprintf(s.stderr, "prove-block: stdout: %v\n", err)
		if status == statusDone {
			status = statusFailed
		}
	}
	return status
}

// print writes the report to stdout, or the text to where it goes.
func (s *session) print() error {
	if s.opts.JSON {
		return s.report.write(s.stdout)
	}
	if s.opts.Quiet && !s.always || len(s.text) == 0 {
		return nil
	}
	if s.stdoutTaken {
		_, err := s.stderr.Write(s.text)
		return err
	}
	_, err := s.stdout.Write(s.text)
	return err
}

// note prints a line on stderr, unless quiet.
func (s *session) note(format string, args ...any) {
	if !s.opts.Quiet {
		fmt.Fprintf(s.stderr, "prove-block: "+format+"\n", args...)
	}
}

// expectSuccess gives the error of exit status 3 unless the guest halted with code 0.
func expectSuccess(e abi.Exit) error {
	if e == (abi.Exit{Kind: abi.Halt}) {
		return nil
	}
	return &statusError{statusUnsuccessful, fmt.Errorf("the guest didn't halt with code 0: %v", e)}
}
