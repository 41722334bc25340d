package deps

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// docs/dependencies.md lists the modules that packages of this module or their tests
// import, and no others.
func TestDependenciesDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/dependencies.md")
	require.NoError(t, err)
	var documented []string
	for _, m := range regexp.MustCompile(`(?m)^\| ([^ ]*[.][^ ]*) \|`).FindAllSubmatch(text, -1) {
		documented = append(documented, string(m[1]))
	}

	list := goList(t, nil, "-test", "./...")
	modules := map[string]string{}
	for _, p := range list {
		if p.Module != nil {
			modules[p.ImportPath] = p.Module.Path
		}
	}
	var direct []string
	for _, p := range list {
		if !p.ours() {
			continue
		}
		for _, i := range p.Imports {
			if m := modules[i]; m != "" && m != module && !slices.Contains(direct, m) {
				direct = append(direct, m)
			}
		}
	}
	require.ElementsMatch(t, direct, documented, "direct dependencies, and those in docs/dependencies.md")
}
