package archtest

import (
	"fmt"
	"slices"
	"strings"
)

const module = "github.com/beylareceiver/beylareceiver"

// pkg is what the go command tells of one package.
type pkg struct {
	ImportPath string
	// Imports are the direct imports of the package, Deps all that it needs; tests excluded.
	Imports, Deps []string
}

// short is the name that the rules use for a package of this module, and
// whether it is one.
func short(path string) (string, bool) {
	name, ours := strings.CutPrefix(path, module+"/")
	return strings.TrimPrefix(name, "internal/"), ours
}

// below tells whether a path is an import path or lies below it.
func below(path, root string) bool {
	return path == root || strings.HasPrefix(path, root+"/")
}

func matches(name, pattern string) bool {
	if root, tree := strings.CutSuffix(pattern, "..."); tree {
		return strings.HasPrefix(name, root)
	}
	return name == pattern
}

func anyMatches(name string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(name, p) })
}

// checkRules lists, a sentence each, what a package imports against the rules.
func checkRules(p pkg) (wrong []string) {
	name, _ := short(p.ImportPath)
	i := slices.IndexFunc(rules, func(r rule) bool { return matches(name, r.pkg) })
	if i < 0 {
		return []string{fmt.Sprintf("%s has no rule: say in rules_test.go what it may import", name)}
	}
	for _, path := range p.Imports {
		if dep, ours := short(path); ours && !anyMatches(dep, rules[i].imports) {
			wrong = append(wrong, fmt.Sprintf("%s must not import %s", name, dep))
		}
	}
	return wrong
}

// checkFence lists what a package imports, or needs, from behind a fence.
func checkFence(p pkg, f fence) (wrong []string) {
	name, _ := short(p.ImportPath)
	if anyMatches(name, f.only) {
		return nil
	}
	for _, path := range p.Imports {
		if below(path, f.what) {
			wrong = append(wrong, fmt.Sprintf("%s must not import %s", name, path))
		}
	}
	if len(wrong) > 0 || f.direct || hasGate(p, f) {
		return wrong
	}
	for _, path := range p.Deps {
		if below(path, f.what) {
			wrong = append(wrong, fmt.Sprintf("%s must not depend on %s", name, path))
		}
	}
	return wrong
}

// hasGate tells whether a package needs one of those that may pass the fence.
func hasGate(p pkg, f fence) bool {
	return slices.ContainsFunc(p.Deps, func(path string) bool {
		name, ours := short(path)
		return ours && anyMatches(name, f.only)
	})
}
