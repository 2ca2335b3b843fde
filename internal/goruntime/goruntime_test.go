package goruntime

import (
	debugelf "debug/elf"
	"os"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRead(t *testing.T) {
	want := ofThisVersion(t, "amd64")
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) {
			info, err := read(t, program(t, v))
			require.NoError(t, err)
			assert.Equal(t, Info{Version: runtime.Version(), Offsets: want}, info)
		})
	}
}

func TestReadARM64(t *testing.T) {
	want := ofThisVersion(t, "arm64")
	for _, v := range []variant{withDWARF, stripped} {
		t.Run(v.name, func(t *testing.T) {
			v.env = append(v.env, "GOARCH=arm64")
			info, err := read(t, program(t, v))
			require.NoError(t, err)
			assert.Equal(t, Info{Version: runtime.Version(), Offsets: want}, info)
		})
	}
}

// TestThreadLocalStorageOfC has C variables beside g, so that the linker puts g elsewhere.
func TestThreadLocalStorageOfC(t *testing.T) {
	big := variant{env: []string{"CGO_ENABLED=1", "CGO_CFLAGS=-DBIG"}, cgo: true}
	static := variant{env: big.env, cgo: true, flags: []string{"-ldflags=-linkmode=external -extldflags=-static"}}
	for name, v := range map[string]variant{"dynamic": big, "static": static} {
		t.Run(name, func(t *testing.T) {
			exe := program(t, v)
			info, err := read(t, exe)
			assert.Equal(t, runtime.Version(), info.Version)
			if at := placeOfG(t, exe); at != -8 {
				assert.ErrorIs(t, err, ErrPlace, "g is at %d", at)
				assert.Zero(t, info.Offsets)
				return
			}
			require.NoError(t, err)
			assert.NotZero(t, info.Offsets.Goid)
		})
	}
	big.flags = []string{"-ldflags=-s -w"}
	_, err := read(t, program(t, big))
	assert.ErrorIs(t, err, ErrPlace, "no symbol tells where")
}

// placeOfG is where g lies from fsbase, found by other means than Read's.
func placeOfG(t *testing.T, exe string) int64 {
	f, err := debugelf.Open(exe)
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	symbols, err := f.Symbols()
	require.NoError(t, err)
	for _, p := range f.Progs {
		for _, s := range symbols {
			if p.Type == debugelf.PT_TLS && s.Name == "runtime.tlsg" {
				return int64(s.Value) - int64((p.Memsz+p.Align-1)/p.Align*p.Align)
			}
		}
	}
	require.Fail(t, "no runtime.tlsg")
	return 0
}

// TestDWARFKnowsWhatTheTableDoesNot reads the layout of programs whose version says nothing.
func TestDWARFKnowsWhatTheTableDoesNot(t *testing.T) {
	want := ofThisVersion(t, "amd64")
	for _, v := range []variant{withDWARF, stripped} {
		exe := program(t, v)
		f, err := os.Open(exe)
		require.NoError(t, err)
		stat, err := f.Stat()
		require.NoError(t, err)
		x, err := openELF(f, stat.Size())
		require.NoError(t, err)
		o, err := layout(x, build{version: "devel go1.99-0123456789"})
		if v.name == stripped.name {
			require.ErrorIs(t, err, ErrVersion)
			assert.ErrorContains(t, err, "devel go1.99-0123456789")
		} else {
			require.NoError(t, err)
			assert.Equal(t, want, o)
		}
		require.NoError(t, f.Close())
	}
}

func TestReadOtherFiles(t *testing.T) {
	for _, name := range []string{"/bin/sh", "goruntime_test.go", "/dev/null"} {
		info, err := read(t, name)
		assert.ErrorIs(t, err, ErrNotGo, name)
		assert.Zero(t, info)
	}
}

func BenchmarkRead(b *testing.B) {
	for _, v := range variants() {
		b.Run(v.name, func(b *testing.B) {
			exe := program(b, v)
			b.ReportAllocs()
			for b.Loop() {
				_, err := read(b, exe)
				require.NoError(b, err)
			}
		})
	}
}
