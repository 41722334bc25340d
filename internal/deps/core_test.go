package deps

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// core is what a verifier links, in the order of dependence.
var core = []string{
	"field", "hash", "abi", "air", "memtree", "air/rv32im", "circle", "merkle", "transcript", "fri", "proof", "soundness", "verifier",
}

// coreStandard lists what the core may import of the standard library: nothing that
// reaches the operating system, a clock, randomness, other goroutines, types at run time
// or memory behind the type system's back.
var coreStandard = []string{
	"bytes", "cmp", "encoding/binary", "encoding/hex", "errors", "fmt", "iter", "math/bits", "slices", "strings",
}

// coreExceptions lists further imports of single packages.
var coreExceptions = map[string][]string{
	"proof":     {"io"},                // proofs are read as they arrive, from what the caller opened
	"verifier":  {"io", "sync/atomic"}, // the same; callers may verify segments from goroutines of their own
	"soundness": {"math"},              // logarithms of error probabilities; no proof is accepted on a float's last bits
}

// The core is exactly the verifier's closure.
func TestCore(t *testing.T) {
	for _, build := range []struct{ env, args []string }{
		{nil, nil},
		{nil, []string{"-tags=purego"}},
		{[]string{"GOOS=js", "GOARCH=wasm"}, nil},
		{[]string{"GOOS=wasip1", "GOARCH=wasm"}, nil},
	} {
		var closure []string
		for _, p := range goList(t, build.env, append(build.args, "./verifier")...) {
			switch {
			case p.ours():
				closure = append(closure, short(p.ImportPath))
			case !p.Standard:
				t.Errorf("the verifier links %s, of another module", p.ImportPath)
			}
		}
		require.ElementsMatch(t, core, closure, "packages that the verifier links, %v %v", build.env, build.args)
	}
}

// Core packages use a small part of the standard library, no goroutines, no channels, no
// assembly, and are the same code wherever they are built.
func TestCoreSource(t *testing.T) {
	for _, name := range core {
		t.Run(name, func(t *testing.T) {
			allowed := slices.Concat(coreStandard, coreExceptions[name])
			for _, c := range core {
				allowed = append(allowed, module+"/"+c)
			}
			set := token.NewFileSet()
			files := parseCore(t, set, name)
			for _, complaint := range checkSource(set, files, allowed) {
				t.Error(complaint)
			}
		})
	}
}

// parseCore parses all files of a core package but tests, whatever their build tags are.
func parseCore(t *testing.T, set *token.FileSet, name string) []*ast.File {
	t.Helper()
	dir := filepath.Join("..", "..", filepath.FromSlash(name))
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var files []*ast.File
	for _, e := range entries {
		switch filepath.Ext(e.Name()) {
		case ".go":
			if strings.HasSuffix(e.Name(), "_test.go") {
				continue
			}
			f, err := parser.ParseFile(set, filepath.Join(dir, e.Name()), nil, parser.ParseComments|parser.SkipObjectResolution)
			require.NoError(t, err)
			files = append(files, f)
		case ".s", ".S", ".c", ".h", ".syso":
			t.Errorf("%s: no assembly or C in the core", filepath.Join(name, e.Name()))
		}
	}
	require.NotEmpty(t, files)
	return files
}

// checkSource describes what files have that the core may not have.
func checkSource(set *token.FileSet, files []*ast.File, allowed []string) []string {
	var out []string
	complain := func(at token.Pos, format string, args ...any) {
		out = append(out, fmt.Sprintf("%s: %s", set.Position(at), fmt.Sprintf(format, args...)))
	}
	for _, f := range files {
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil || !slices.Contains(allowed, path) {
				complain(i.Pos(), "import of %s", i.Path.Value)
			}
		}
		for _, group := range f.Comments {
			for _, c := range group.List {
				for _, directive := range []string{"//go:build", "//go:linkname", "//go:noescape", "//export"} {
					if strings.HasPrefix(c.Text, directive) {
						complain(c.Pos(), "%s", directive)
					}
				}
			}
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				complain(n.Pos(), "goroutine")
			case *ast.SelectStmt:
				complain(n.Pos(), "select")
			case *ast.ChanType:
				complain(n.Pos(), "channel")
			case *ast.FuncDecl:
				if n.Body == nil {
					complain(n.Pos(), "function without a body")
				}
			}
			return true
		})
	}
	return out
}

// No statement of the core depends on the order of a map, and none changes a package's
// variables.
func TestCoreTypes(t *testing.T) {
	export := map[string]string{}
	packages := map[string]*listed{}
	for _, p := range goList(t, nil, "-export", "./verifier") {
		export[p.ImportPath] = p.Export
		packages[short(p.ImportPath)] = p
	}
	lookup := func(path string) (io.ReadCloser, error) { return os.Open(export[path]) }
	for _, name := range core {
		t.Run(name, func(t *testing.T) {
			p := packages[name]
			require.NotNil(t, p)
			set := token.NewFileSet()
			var files []*ast.File
			for _, file := range p.GoFiles {
				f, err := parser.ParseFile(set, filepath.Join(p.Dir, file), nil, parser.SkipObjectResolution)
				require.NoError(t, err)
				files = append(files, f)
			}
			for _, complaint := range checkTypes(t, set, p.ImportPath, files, importer.ForCompiler(set, "gc", lookup)) {
				t.Error(complaint)
			}
		})
	}
}

// checkTypes describes loops over maps, and assignments to variables of packages outside
// their declarations.
func checkTypes(t *testing.T, set *token.FileSet, path string, files []*ast.File, imp types.Importer) []string {
	t.Helper()
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: imp}
	_, err := config.Check(path, set, files, info)
	require.NoError(t, err)

	var out []string
	complain := func(at token.Pos, what string) { out = append(out, fmt.Sprintf("%s: %s", set.Position(at), what)) }
	global := func(e ast.Expr) {
		if v, ok := rootVariable(info, e).(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
			complain(e.Pos(), "change of the package's variable "+v.Name())
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.RangeStmt:
				if _, isMap := info.TypeOf(n.X).Underlying().(*types.Map); isMap {
					complain(n.Pos(), "loop over a map")
				}
				if n.Tok == token.ASSIGN {
					global(n.Key)
					global(n.Value)
				}
			case *ast.AssignStmt:
				if n.Tok != token.DEFINE {
					for _, e := range n.Lhs {
						global(e)
					}
				}
			case *ast.IncDecStmt:
				global(n.X)
			}
			return true
		})
	}
	return out
}

// rootVariable is the object of the variable that an assignment to e changes a part of;
// nil if that is found behind a pointer or a call.
func rootVariable(info *types.Info, e ast.Expr) types.Object {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return info.Uses[x]
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			if id, ok := x.X.(*ast.Ident); ok {
				if _, isPackage := info.Uses[id].(*types.PkgName); isPackage {
					return info.Uses[x.Sel]
				}
			}
			e = x.X
		default:
			return nil
		}
	}
}

// The checks find what they look for.
func TestChecksFind(t *testing.T) {
	const text = `//go:build amd64
package p

import (
	"errors"
	"unsafe"
)

var table = map[int]int{}
var count [2]struct{ n int }

func outside()

func f(c chan int) error {
	go f(nil)
	select {}
	for range table {
	}
	for i := range count {
		count[i].n++
	}
	(table[1]) = int(unsafe.Sizeof(c))
	local := table
	local = nil
	_ = local
	return errors.New("")
}
`
	set := token.NewFileSet()
	f, err := parser.ParseFile(set, "p.go", text, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	files := []*ast.File{f}
	require.Equal(t, []string{
		`p.go:6:2: import of "unsafe"`,
		"p.go:1:1: //go:build",
		"p.go:12:1: function without a body",
		"p.go:14:10: channel",
		"p.go:15:2: goroutine",
		"p.go:16:2: select",
	}, checkSource(set, files, coreStandard))

	export := map[string]string{}
	for _, p := range goList(t, nil, "-export", "errors") {
		export[p.ImportPath] = p.Export
	}
	require.NotEmpty(t, slices.Collect(maps.Keys(export)))
	imp := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(export[path]) })
	require.Equal(t, []string{
		"p.go:17:2: loop over a map",
		"p.go:20:3: change of the package's variable count",
		"p.go:22:2: change of the package's variable table",
	}, checkTypes(t, set, "p", files, imp))
}
