package execbench

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

// wazeroEngine runs the programs as WebAssembly, compiled, without metering.
func wazeroEngine(dir string) engine {
	return engine{Wazero, "the same C as WebAssembly in wazero's compiler, no metering", 1, func(ctx context.Context, name string) (*prepared, error) {
		b, err := os.ReadFile(filepath.Join(dir, "bench", name+".wasm"))
		if err != nil {
			return nil, err
		}
		var r wazero.Runtime
		var compiled wazero.CompiledModule
		closing := func() error { return r.Close(ctx) }
		seconds, err := timed(func() (func() error, error) {
			r = wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfigCompiler())
			compiled, err = r.CompileModule(ctx, b)
			return closing, err
		})
		if err != nil {
			return nil, err
		}
		return &prepared{seconds: seconds, bytes: len(b), close: closing, run: func(ctx context.Context, count uint32) (outcome, error) {
			m, err := r.InstantiateModule(ctx, compiled, wazero.NewModuleConfig())
			if err != nil {
				return outcome{}, err
			}
			defer m.Close(ctx)
			run := m.ExportedFunction("run")
			if run == nil {
				return outcome{}, fmt.Errorf("execbench: the module exports no function run")
			}
			begin := threadTime()
			results, err := run.Call(ctx, api.EncodeU32(count))
			if err != nil {
				return outcome{}, err
			}
			return outcome{checksum: api.DecodeU32(results[0]), seconds: (threadTime() - begin).Seconds()}, nil
		}}, nil
	}}
}
