package goruntime

import (
	"go/ast"
	gobuild "go/build"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// ofThisVersion computes the offsets from the source of the toolchain that runs the test.
func ofThisVersion(t testing.TB, arch string) Offsets {
	t.Helper()
	l := loader{t: t, fset: token.NewFileSet(), done: map[string]*types.Package{"unsafe": types.Unsafe}, ctx: gobuild.Default}
	l.ctx.GOOS, l.ctx.GOARCH, l.ctx.CgoEnabled = "linux", arch, false
	l.sizes = types.SizesFor("gc", arch)
	g := l.load("runtime").Scope().Lookup("g").Type().Underlying().(*types.Struct)
	var fields []*types.Var
	at := map[string]uint32{}
	for f := range g.Fields() {
		fields = append(fields, f)
	}
	for i, offset := range l.sizes.Offsetsof(fields) {
		at[fields[i].Name()] = uint32(offset)
	}
	require.NotZero(t, at["goid"])
	return Offsets{Goid: at["goid"], ParentGoid: at["parentGoid"]}
}

// loader type-checks packages of the standard library, without function bodies.
type loader struct {
	t     testing.TB
	fset  *token.FileSet
	ctx   gobuild.Context
	sizes types.Sizes
	done  map[string]*types.Package
}

var _ types.Importer = (*loader)(nil)

func (l *loader) Import(path string) (*types.Package, error) { return l.load(path), nil }

func (l *loader) load(path string) *types.Package {
	if p := l.done[path]; p != nil {
		return p
	}
	dir, err := l.ctx.ImportDir(filepath.Join(runtime.GOROOT(), "src", filepath.FromSlash(path)), 0)
	require.NoError(l.t, err)
	var files []*ast.File
	for _, name := range dir.GoFiles {
		f, err := parser.ParseFile(l.fset, filepath.Join(dir.Dir, name), nil, parser.SkipObjectResolution)
		require.NoError(l.t, err)
		files = append(files, f)
	}
	conf := types.Config{Importer: l, IgnoreFuncBodies: true, Sizes: l.sizes}
	p, err := conf.Check(path, l.fset, files, nil)
	require.NoError(l.t, err)
	l.done[path] = p
	return p
}

func TestTableAgreesWithTheToolchain(t *testing.T) {
	for _, arch := range []string{"amd64", "arm64"} {
		o, ok := fromTable(buildOf(runtime.Version()))
		require.True(t, ok, "no line for %s", runtime.Version())
		assert.Equal(t, ofThisVersion(t, arch), o, arch)
	}
}

func TestFromTable(t *testing.T) {
	old, parents, later := Offsets{Goid: 152}, Offsets{Goid: 152, ParentGoid: 272}, Offsets{Goid: 160, ParentGoid: 280}
	for version, want := range map[string]Offsets{
		"go1.17": old, "go1.17.13": old, "go1.18.2": old, "go1.19.8": old, "go1.20": old, "go1.20.14": old,
		"go1.21.0": parents, "go1.22.12": parents, "go1.23.6": later, "go1.24.3": later, "go1.25.3": parents,
		"go1.26": {Goid: 152, ParentGoid: 280}, "go1.26.8": {Goid: 152, ParentGoid: 280},
		"go1.23.1 X:nocoverageredesign": later, "go1.22.1 X:boringcrypto,fieldtrack": parents,
	} {
		got, ok := fromTable(buildOf(version))
		assert.True(t, ok, version)
		assert.Equal(t, want, got, version)
	}
}

func TestFromTableNeverGuesses(t *testing.T) {
	for _, version := range []string{
		"", "go1", "go1.", "go1.16.5", "go1.27", "go1.27.1", "go1.99", "go2.1", "go1.24rc1", "go1.24beta2", "go1.24.x", "go1.24.3.1",
		"go1.24-20250209-RC00 cl/724970549 +ff27d270c9 X:fieldtrack,boringcrypto", "devel go1.25-abcdef", "go1.21.9 (Red Hat 1.21.9-1.el9_4)",
		"go1.24.3-custom", "go1.-24", "go1.+24", "go1.99999999999999999999", "go1.24.3 X:", "go1.24.3 X:biggerg", "go1.24.3 X:no",
		"go1.24.3 X:fieldtrack unified", "go1.24.3 ", "gccgo1.24",
	} {
		o, ok := fromTable(buildOf(version))
		assert.False(t, ok, version)
		assert.Zero(t, o, version)
	}
	_, ok := fromTable(build{version: "go1.24.3", experiments: []string{"arenas", "biggerg"}})
	assert.False(t, ok, "an experiment of the build settings")
	_, ok = fromTable(build{version: "go1.24.3", experiments: []string{"arenas"}})
	assert.True(t, ok)
}

// TestExperimentsAreKnown has every experiment of the running toolchain be one whose
// effect on g was looked at.
func TestExperimentsAreKnown(t *testing.T) {
	dir := filepath.Join(runtime.GOROOT(), "src/internal/goexperiment")
	list, err := filepath.Glob(filepath.Join(dir, "exp_*_on.go"))
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, name := range list {
		name = strings.TrimSuffix(strings.TrimPrefix(filepath.Base(name), "exp_"), "_on.go")
		assert.True(t, known(name), name)
		assert.True(t, known("no"+name), name)
	}
}

func buildOf(version string) build { return build{version: version} }
