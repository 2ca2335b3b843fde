package goruntime

import (
	"slices"
	"strconv"
	"strings"
)

// table has the offsets of each minor version from oldest on. They hold for amd64
// and arm64 alike, as no field before them depends on the architecture, and for all
// patch releases of a minor version. By struct g and gobuf in src/runtime/runtime2.go:
//
//	1.17  goid behind sched, a gobuf of seven words, and syscallsp, syscallpc, stktopsp, param
//	1.21  parentGoid added
//	1.23  syscallbp added before both
//	1.25  gobuf.ret dropped
//	1.26  secret added between them
var table = [...]Offsets{
	{Goid: 152},                  // 1.17
	{Goid: 152},                  // 1.18
	{Goid: 152},                  // 1.19
	{Goid: 152},                  // 1.20
	{Goid: 152, ParentGoid: 272}, // 1.21
	{Goid: 152, ParentGoid: 272}, // 1.22
	{Goid: 160, ParentGoid: 280}, // 1.23
	{Goid: 160, ParentGoid: 280}, // 1.24
	{Goid: 152, ParentGoid: 272}, // 1.25
	{Goid: 152, ParentGoid: 280}, // 1.26
}

// oldest is the minor version of the table's first line.
const oldest = 17

// harmless are the GOEXPERIMENTs of these versions (src/internal/goexperiment/flags.go).
// None of them changes a field of g up to parentGoid, nor where g is.
const harmless = " fieldtrack preemptibleloops staticlockranking boringcrypto unified regabi regabiwrappers regabig " +
	"regabireflect regabidefer regabiargs heapminimum512kib pacerredesign coverageredesign arenas pagetrace cgocheck2 " +
	"loopvar cacheprog newinliner rangefunc exectracer2 allocheaders aliastypeparams swissmap spinbitmutex synchashtriemap " +
	"synctest jsonv2 dwarf5 greenteagc randomizedheapbase64 runtimefreegc sizespecializedmalloc goroutineleakprofile simd " +
	"runtimesecret mapsplitgroup "

// fromTable gives the offsets of a released version.
func fromTable(b build) (Offsets, bool) {
	minor, experiments, ok := parseVersion(b.version)
	if !ok || minor < oldest || minor >= oldest+len(table) {
		return Offsets{}, false
	}
	experiments = append(experiments, b.experiments...)
	if slices.ContainsFunc(experiments, func(name string) bool { return !known(name) }) {
		return Offsets{}, false
	}
	return table[minor-oldest], true
}

// known tells an experiment, on or off, that leaves g alone.
func known(experiment string) bool {
	name := strings.TrimPrefix(experiment, "no")
	return name != "" && !strings.ContainsRune(name, ' ') && strings.Contains(harmless, " "+name+" ")
}

// parseVersion reads "go1.24" or "go1.24.3", with or without " X:" and a list of
// experiments that differ from the version's own. Anything else is not a release.
func parseVersion(s string) (minor int, experiments []string, ok bool) {
	release, list, found := strings.Cut(s, " ")
	if found {
		if list, found = strings.CutPrefix(list, "X:"); !found {
			return 0, nil, false
		}
		experiments = strings.Split(list, ",")
	}
	numbers, found := strings.CutPrefix(release, "go1.")
	if !found {
		return 0, nil, false
	}
	first, patch, patched := strings.Cut(numbers, ".")
	if minor, ok = number(first); !ok {
		return 0, nil, false
	}
	if patched {
		_, ok = number(patch)
	}
	return minor, experiments, ok
}

// number reads a decimal number of at most four digits.
func number(s string) (int, bool) {
	if s == "" || len(s) > 4 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
