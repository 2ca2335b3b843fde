package process

import "strings"

// guess is a name that was read off a command line. A vague one ("main",
// "server") is true of half the programs in the world and gives way to a better one.
type guess struct {
	name  string
	vague bool
}

// UnknownService is what the conventions prescribe for no name at all.
const UnknownService = "unknown_service"

// serviceName is service.name in the order of the table in doc.go.
func serviceName(f *facts, attrs []pair, unit string) string {
	if s := strings.TrimSpace(f.env.service); s != "" {
		return clean(s, maxService)
	}
	for _, a := range attrs {
		if a.key == "service.name" && a.value != "" {
			return clean(a.value, maxService)
		}
	}
	return clean(programName(&f.program, unit), maxService)
}

// programName names a program by what it runs.
func programName(g *program, unit string) string {
	exe := g.name()
	if multiCall(exe) && g.comm != "" {
		return g.comm
	}
	run := interpreter(exe)
	if run == nil {
		if exe == "" {
			return orUnknown(unitService(unit))
		}
		return exe
	}
	found := fromTitle(g)
	if !g.retitled() {
		found = run(g)
	}
	if found.name != "" && !found.vague {
		return found.name
	}
	if s := unitService(unit); s != "" {
		return s
	}
	if found.name != "" {
		return found.name
	}
	return UnknownService + ":" + exe
}

func orUnknown(name string) string {
	if name == "" {
		return UnknownService
	}
	return name
}

// multiCall tells executables that are many programs in one.
func multiCall(exe string) bool {
	switch exe {
	case "busybox", "toybox", "coreutils":
		return true
	}
	return false
}

// interpreter finds the reader of an interpreter's command line, nil for
// programs that are themselves.
func interpreter(exe string) func(*program) guess {
	switch strings.TrimRight(exe, "0123456789.-") {
	case "python", "pypy", "python3.13t", "python3.14t":
		return fromPython
	case "node", "nodejs":
		return fromNode
	case "deno":
		return fromDeno
	case "bun":
		return fromBun
	case "java":
		return fromJava
	case "ruby":
		return fromRuby
	case "php":
		return fromPHP
	case "dotnet":
		return fromDotnet
	case "perl":
		return fromPerl
	case "beam.smp":
		return fromErlang
	}
	return nil
}

// fromTitle reads what a server wrote over its command line:
// "gunicorn: worker [shop.wsgi:app]", "puma 6.4.2 (tcp://0.0.0.0:3000) [shop]",
// "sidekiq 7.1.2 shop [0 of 5 busy]", "next-server (v15.0.1)".
func fromTitle(g *program) guess {
	if !g.retitled() {
		return guess{}
	}
	title := g.argv[0]
	first, rest, _ := strings.Cut(title, " ")
	first = strings.TrimSuffix(first, ":")
	switch first {
	case "gunicorn", "puma":
		i := strings.LastIndexByte(rest, '[')
		if inner, ok := strings.CutSuffix(rest[i+1:], "]"); ok && i >= 0 {
			return fromModule(inner, g.cwd)
		}
	case "sidekiq":
		if words := strings.Fields(rest); len(words) > 1 && !strings.HasPrefix(words[1], "[") {
			return guess{name: words[1]}
		}
	}
	if folder := tellingFolder(g.cwd); folder != "" {
		return guess{name: folder}
	}
	return guess{name: first, vague: true}
}
