package deps

import (
	_ "embed"
	"encoding/json"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/orrery/orrery"

//go:embed lattice.txt
var latticeText string

// listed is what go list says about a package.
type listed struct {
	Dir        string
	ImportPath string
	Standard   bool
	Module     *struct{ Path string }
	GoFiles    []string
	CgoFiles   []string
	Imports    []string
	Export     string
}

// ours reports whether the package belongs to this module.
func (p *listed) ours() bool { return p.Module != nil && p.Module.Path == module }

// short is the package's name in lattice.txt.
func short(importPath string) string { return strings.TrimPrefix(importPath, module+"/") }

// lookAtSources looks at every source file: go test remembers results by the files that a
// test looked at, and doesn't see those that go list reads.
func lookAtSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case filepath.Ext(path) == ".go" || d.Name() == "go.mod":
			_, err = os.Stat(path)
		}
		return err
	})
	require.NoError(t, err)
}

// goList runs go list -deps, with additional environment and arguments.
func goList(t *testing.T, env []string, args ...string) []*listed {
	t.Helper()
	lookAtSources(t)
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json"}, args...)...)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err, "go list")
	var list []*listed
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := new(listed)
		if err := d.Decode(p); err == io.EOF {
			return list
		} else {
			require.NoError(t, err)
		}
		list = append(list, p)
	}
}

// imports gives, for each package of the module that has code, its imports that don't
// come from the standard library. Names are those of lattice.txt.
func imports(list []*listed) map[string][]string {
	standard := map[string]bool{"C": true, "unsafe": true}
	for _, p := range list {
		standard[p.ImportPath] = standard[p.ImportPath] || p.Standard
	}
	out := map[string][]string{}
	for _, p := range list {
		if !p.ours() || len(p.GoFiles) == 0 || p.ImportPath == module+"/internal/deps" {
			continue
		}
		names := []string{}
		for _, i := range p.Imports {
			if !standard[i] {
				names = append(names, short(i))
			}
		}
		out[short(p.ImportPath)] = names
	}
	return out
}

// Packages import what lattice.txt lets them import, whatever they are built for.
func TestImports(t *testing.T) {
	l, err := parseLattice(latticeText)
	require.NoError(t, err)
	for _, build := range []struct {
		name string
		env  []string
		args []string
	}{
		{"amd64", []string{"GOOS=linux", "GOARCH=amd64"}, []string{"./..."}},
		{"amd64 purego", []string{"GOOS=linux", "GOARCH=amd64"}, []string{"-tags=purego", "./..."}},
		{"arm64", []string{"GOOS=linux", "GOARCH=arm64"}, []string{"./..."}},
		{"darwin", []string{"GOOS=darwin", "GOARCH=arm64"}, []string{"./..."}},
		{"windows", []string{"GOOS=windows", "GOARCH=amd64"}, []string{"./..."}},
	} {
		t.Run(build.name, func(t *testing.T) {
			for _, v := range l.violations(imports(goList(t, append(build.env, "CGO_ENABLED=0"), build.args...))) {
				// Some dependencies serve assembly and so single builds.
				if build.name != "amd64" && strings.HasSuffix(v, "isn't used") {
					continue
				}
				t.Error(v)
			}
		})
	}
}

func TestParseLattice(t *testing.T) {
	l, err := parseLattice("# none\nNONE < a, b; a < c < d; # then\nb, x.org/y < d;")
	require.NoError(t, err)
	require.Equal(t, map[string]bool{none: true, "a": true, "b": true, "c": true, "x.org/y": true}, l.below["d"])
	require.Equal(t, map[string]bool{none: true, "a": true}, l.below["c"])
	require.Empty(t, l.violations(map[string][]string{"a": {}, "b": {}, "c": {"a"}, "d": {"c", "b", "x.org/y"}}))
	require.Equal(t, []string{
		"b imports c, which is not below it in lattice.txt",
		"c imports x.org/z, which is not below it in lattice.txt",
		"d stands in lattice.txt but isn't used",
		"e is missing in lattice.txt",
		"x.org/y stands in lattice.txt but isn't used",
	}, l.violations(map[string][]string{"a": nil, "b": {"c"}, "c": {"a", "x.org/z"}, "e": nil}))

	for text, complaint := range map[string]string{
		"NONE < a":            "semicolon",
		"NONE < a; b;":        "compares nothing",
		"NONE < a, ;":         "no name",
		"NONE < a b;":         "no name",
		"a < b;":              "a is imported but never placed",
		"a < b; b < c < a;":   "below itself",
		"NONE < a; a, b < b;": "below itself",
	} {
		_, err := parseLattice(text)
		require.ErrorContains(t, err, complaint, text)
	}
}

// The module builds without a C compiler, and so from the same sources with one.
func TestNoCgo(t *testing.T) {
	for _, p := range goList(t, []string{"CGO_ENABLED=1"}, "./...") {
		if p.ours() {
			require.Empty(t, p.CgoFiles, p.ImportPath)
		}
	}
}
