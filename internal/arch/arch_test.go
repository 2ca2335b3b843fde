// Package archtest holds the build to its architecture: who may import whom,
// and who may import what from outside.
package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// platforms are listed one by one, because files differ between them.
var platforms = [][2]string{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "arm64"}}

func TestArchitecture(t *testing.T) {
	touchSources(t)
	for _, platform := range platforms {
		t.Run(platform[0]+"/"+platform[1], func(t *testing.T) {
			packages := list(t, platform[0], platform[1])
			require.NotEmpty(t, packages)
			for _, p := range packages {
				assert.Empty(t, checkRules(p))
				for _, f := range fences {
					assert.Empty(t, checkFence(p, f))
				}
			}
		})
	}
}

// list asks the go command for this module's packages. Packages that do not
// compile are listed as far as they can be: that they do not is for others to say.
func list(t *testing.T, goos, goarch string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,Deps", module+"/...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "list packages: %s", &stderr)

	var packages []pkg
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else {
			require.NoError(t, err, "decode the list of packages")
		}
		packages = append(packages, p)
	}
}

// touchSources reads every folder of the module that holds Go code, so that
// go test sees what this test depends on and does not answer from its cache.
func touchSources(t *testing.T) {
	t.Helper()
	for _, root := range []string{"cmd", "internal", "receiver"} {
		err := filepath.WalkDir(filepath.Join("..", "..", root), func(_ string, _ fs.DirEntry, err error) error { return err })
		require.NoError(t, err)
	}
}

func path(name string) string { return module + "/internal/" + name }

func TestCheckRules(t *testing.T) {
	tests := map[string]struct {
		pkg  pkg
		want []string
	}{
		"from left to right": {
			pkg: pkg{ImportPath: path("span"), Imports: []string{"fmt", path("proto"), path("correlate")}},
		},
		"against the stream": {
			pkg:  pkg{ImportPath: path("event"), Imports: []string{path("tap"), path("flow"), path("traces")}},
			want: []string{"event must not import flow", "event must not import traces"},
		},
		"a leaf": {
			pkg:  pkg{ImportPath: path("attr"), Imports: []string{"strings", path("event")}},
			want: []string{"attr must not import event"},
		},
		"one protocol from another": {
			pkg:  pkg{ImportPath: path("proto/dns"), Imports: []string{path("proto"), path("wire"), path("proto/http1")}},
			want: []string{"proto/dns must not import proto/http1"},
		},
		"the registry of protocols": {
			pkg: pkg{ImportPath: path("proto/all"), Imports: []string{path("proto"), path("proto/http1")}},
		},
		"pipeline knows all": {
			pkg: pkg{ImportPath: path("pipeline"), Imports: []string{path("tap"), path("traces"), path("proto/all")}},
		},
		"the receiver and its own packages": {
			pkg: pkg{
				ImportPath: module + "/receiver/beylareceiver",
				Imports:    []string{path("pipeline"), module + "/receiver/beylareceiver/internal/metadata", path("flow")},
			},
			want: []string{"receiver/beylareceiver must not import flow"},
		},
		"no rule": {
			pkg:  pkg{ImportPath: path("misc")},
			want: []string{"misc has no rule: say in rules_test.go what it may import"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tt.want, checkRules(tt.pkg)) })
	}
}

func TestCheckFence(t *testing.T) {
	const ptrace = "go.opentelemetry.io/collector/pdata/ptrace"
	tests := map[string]struct {
		pkg  pkg
		want []string
	}{
		"inside": {
			pkg: pkg{ImportPath: path("traces"), Imports: []string{ptrace}, Deps: []string{ptrace}},
		},
		"outside": {
			pkg:  pkg{ImportPath: path("span"), Imports: []string{ptrace}, Deps: []string{ptrace}},
			want: []string{"span must not import " + ptrace},
		},
		"through the gate": {
			pkg: pkg{ImportPath: path("pipeline"), Imports: []string{path("traces")}, Deps: []string{path("traces"), ptrace}},
		},
		"over the fence": {
			pkg:  pkg{ImportPath: path("span"), Imports: []string{"example.com/x"}, Deps: []string{"example.com/x", ptrace}},
			want: []string{"span must not depend on " + ptrace},
		},
		"a neighbour with a similar name": {
			pkg: pkg{ImportPath: path("span"), Imports: []string{"go.opentelemetry.io/collector/pdatatest"}},
		},
		"unsafe": {
			pkg:  pkg{ImportPath: path("flow"), Imports: []string{"unsafe"}, Deps: []string{"unsafe"}},
			want: []string{"flow must not import unsafe"},
		},
		"unsafe in the standard library": {
			pkg: pkg{ImportPath: path("flow"), Imports: []string{"sync"}, Deps: []string{"sync", "unsafe"}},
		},
		"cgo": {
			pkg:  pkg{ImportPath: path("event"), Imports: []string{"C", "unsafe"}},
			want: []string{"event must not import C"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range fences {
				got = append(got, checkFence(tt.pkg, f)...)
			}
			assert.Equal(t, tt.want, got)
		})
	}
}
