package goruntime

import (
	"bytes"
	"strings"
)

// Bounds of what the Go linker writes about a build: a big program lists some
// thousand modules.
const (
	maxBuildInfo = 1 << 20
	maxVersion   = 128
)

// build is what is known of how a program was built.
type build struct {
	version     string
	experiments []string
}

// Flags in the header of .go.buildinfo (debug/buildinfo, src/cmd/link/internal/ld/data.go).
const (
	buildBigEndian = 1 << 0
	buildInline    = 1 << 1
	buildHeader    = 32
)

// readBuild reads the section .go.buildinfo: a magic string, the pointer size, flags, and
// from 1.18 on, the version and the module information as strings with their
// lengths before them; before that, pointers to two Go strings.
func readBuild(x *elf) (build, error) {
	s, ok := x.find(".go.buildinfo")
	if !ok {
		return build{}, ErrNotGo
	}
	b, err := x.section(s, maxBuildInfo)
	if err != nil {
		return build{}, err
	}
	if len(b) < buildHeader || !bytes.HasPrefix(b, []byte("\xff Go buildinf:")) {
		return build{}, ErrNotGo
	}
	var version, modules []byte
	if flags := b[15]; flags&buildInline != 0 {
		c := newCursor(b[buildHeader:])
		version = c.run(c.uleb())
		modules = c.run(c.uleb())
	} else if flags&buildBigEndian == 0 {
		version = x.goString(b[16:24])
	}
	if !printable(version) {
		return build{}, ErrNotGo
	}
	return build{version: string(version), experiments: experiments(modules)}, nil
}

// goString follows a pointer to a Go string; nil if it leads nowhere, as in a
// position-independent program, where only the loader fills it in.
func (x *elf) goString(pointer []byte) []byte {
	c := newCursor(pointer)
	header, err := x.memory(c.u64(), 16)
	if err != nil {
		return nil
	}
	c = newCursor(header)
	at, n := c.u64(), c.u64()
	if n > maxVersion {
		return nil
	}
	b, err := x.memory(at, n)
	if err != nil {
		return nil
	}
	return b
}

// printable tells a version that may be shown to people.
func printable(version []byte) bool {
	for _, c := range version {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return len(version) > 0 && len(version) <= maxVersion
}

// experiments finds the build setting GOEXPERIMENT. The module information is lines
// of tab-separated fields (runtime/debug.BuildInfo), with 16 bytes around it.
func experiments(modules []byte) []string {
	for line := range bytes.Lines(modules) {
		v, ok := bytes.CutPrefix(line, []byte("build\tGOEXPERIMENT="))
		if v = bytes.Trim(v, "\"\n"); ok && len(v) > 0 {
			return strings.Split(string(v), ",")
		}
	}
	return nil
}
