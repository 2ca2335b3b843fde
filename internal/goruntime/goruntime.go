package goruntime

import (
	"errors"
	"fmt"
	"io"
)

// Offsets are positions in the runtime's g struct, in bytes. Both fields there are 64 bits wide.
type Offsets struct {
	// Goid is that of the goroutine's id. 0: not known.
	Goid uint32
	// ParentGoid is that of the id of the goroutine that started it. 0: the version has
	// none, as all before Go 1.21.
	ParentGoid uint32
}

// Info is what is known of a Go program.
type Info struct {
	// Version is what runtime.Version gives in the program, such as "go1.24.3"; at most 128
	// bytes of printable ASCII. Empty: not a Go program.
	Version string
	// Offsets are zero if the layout is not known, or g not where it is looked for.
	Offsets Offsets
}

// Why there are no offsets.
var (
	// ErrNotGo: no executable made by Go, or none for Linux on amd64 or arm64, or a damaged one.
	ErrNotGo = errors.New("not a go program")
	// ErrVersion: the layout of g in this version is not known.
	ErrVersion = errors.New("unknown layout of g")
	// ErrPlace: g is not where a reader of registers would look for it.
	ErrPlace = errors.New("g is at an unknown place")
)

// Read looks into an executable of the given size in bytes. Of a Go program it
// gives the version even if it has no offsets. Errors: ErrNotGo, ErrVersion, ErrPlace, and those of r.
func Read(r io.ReaderAt, size int64) (Info, error) {
	x, err := openELF(r, size)
	if err != nil {
		return Info{}, fmt.Errorf("read elf header: %w", err)
	}
	b, err := readBuild(x)
	if err != nil {
		return Info{}, fmt.Errorf("read build information: %w", err)
	}
	info := Info{Version: b.version}
	if err := checkPlace(x); err != nil {
		return info, fmt.Errorf("find g in thread-local storage: %w", err)
	}
	info.Offsets, err = layout(x, b)
	return info, err
}

// layout asks the program's DWARF data, then the table.
func layout(x *elf, b build) (Offsets, error) {
	if o, ok := fromDWARF(x); ok {
		return o, nil
	}
	o, ok := fromTable(b)
	if !ok {
		return Offsets{}, fmt.Errorf("%w in version %q", ErrVersion, b.version)
	}
	return o, nil
}
