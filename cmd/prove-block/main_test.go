package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/orrery/orrery/internal/cpu"
	"github.com/orrery/orrery/rv/jit"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"prove-block": main})
}

// guests is the directory of the guest programs.
const guests = "../../testdata/guests"

func TestScripts(t *testing.T) {
	dir, err := filepath.Abs(guests)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("GUESTS", dir)
			e.Setenv(cpu.Variable, "")
			return nil
		},
		Condition: func(name string) (bool, error) {
			switch name {
			case "root":
				return os.Getuid() == 0, nil
			case "recompiler":
				return jit.Supported(), nil
			case "full":
				_, err := os.Stat("/dev/full")
				return err == nil, nil
			}
			if k, err := cpu.Parse(name); err == nil {
				return k.Available(), nil
			}
			return false, fmt.Errorf("unknown condition %s", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": status,
			"keys":   keys,
			"value":  value,
			"patch":  patch,
		},
	})
}

// status N COMMAND ARGS... runs a command, which must exit with status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N COMMAND ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit interface{ ExitCode() int }
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, not %d", got, want)
	}
}

// object is stdout of the last command, which must be one JSON object in one line.
func object(ts *testscript.TestScript) (any, []string) {
	out := ts.ReadFile("stdout")
	if strings.Count(out, "\n") != 1 {
		ts.Fatalf("stdout isn't one line: %q", out)
	}
	names, err := keysInOrder(out)
	ts.Check(err)
	var v any
	ts.Check(json.Unmarshal([]byte(out), &v))
	return v, names
}

// keysInOrder lists the keys of a JSON object; nothing may follow it.
func keysInOrder(text string) ([]string, error) {
	d := json.NewDecoder(strings.NewReader(text))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("no JSON object: %v, %w", t, err)
	}
	var names []string
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, err
		}
		names = append(names, t.(string))
		var skipped json.RawMessage
		if err := d.Decode(&skipped); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if t, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("%v follows the object", t)
	}
	return names, nil
}

// keys NAME... checks the keys of the JSON object on stdout, in order.
func keys(ts *testscript.TestScript, neg bool, args []string) {
	_, names := object(ts)
	if got, want := strings.Join(names, " "), strings.Join(args, " "); neg || got != want {
		ts.Fatalf("keys are\n%s, not\n%s", got, want)
	}
}

// value PATH JSON checks a value in the JSON object on stdout; with ! that it isn't there.
// A path is made of keys and indices with dots between them.
func value(ts *testscript.TestScript, neg bool, args []string) {
	v, _ := object(ts)
	for step := range strings.SplitSeq(args[0], ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			i, err := strconv.Atoi(step)
			ts.Check(err)
			v = x[i]
		default:
			v = nil
		}
	}
	if neg {
		if v != nil {
			ts.Fatalf("%s is %v", args[0], v)
		}
		return
	}
	got, err := json.Marshal(v)
	ts.Check(err)
	if string(got) != args[1] {
		ts.Fatalf("%s is %s, not %s", args[0], got, args[1])
	}
}

// patch FILE OFFSET flips a bit of the byte at an offset of a file; the offset counts from
// the end if it is negative.
func patch(ts *testscript.TestScript, neg bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b, 0o666))
}

// command runs a command line in this process.
func command(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(t.Context(), args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}
