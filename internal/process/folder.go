package process

import (
	"path"
	"strings"
)

// tellingFolder walks up from a folder to the nearest name that says which
// program lives there: /srv/shop/dist -> "shop". Empty when none does, as in
// /app or /usr/src/app. Home folders name people, not programs.
func tellingFolder(dir string) string {
	if !path.IsAbs(dir) {
		return ""
	}
	for dir = path.Clean(dir); dir != "/"; dir = path.Dir(dir) {
		base, parent := path.Base(dir), path.Base(path.Dir(dir))
		if parent == "home" || parent == "Users" {
			return ""
		}
		if !emptyFolder(base) {
			return base
		}
	}
	return ""
}

// emptyFolder tells names that every other program has too.
func emptyFolder(name string) bool {
	switch strings.ToLower(name) {
	case "app", "apps", "application", "bin", "sbin", "build", "cmd", "code", "cli", "current", "data", "dist", "home", "html",
		"lib", "lib64", "local", "main", "mnt", "node_modules", "opt", "out", "public", "publish", "release", "releases",
		"root", "run", "scripts", "server", "service", "site-packages", "src", "srv", "static", "target", "test", "tests",
		"tmp", "usr", "var", "web", "wwwroot", "www", "work", "workdir", "workspace", "config", "etc", "share", "libexec":
		return true
	}
	return strings.HasPrefix(name, ".") || strings.Trim(name, "0123456789._-") == ""
}

// resolve makes a path absolute if the working directory is known.
func resolve(p, cwd string) string {
	if path.IsAbs(p) || cwd == "" {
		return path.Clean(p)
	}
	return path.Join(cwd, p)
}

// fromScript names a script by its file name without the given endings. If that
// is one of the dull names, by the folder that it lies in; if that says nothing
// either, the file name is a vague guess.
func fromScript(script, cwd string, endings, dull []string) guess {
	full := resolve(script, cwd)
	name := path.Base(full)
	for _, e := range endings {
		if s, ok := strings.CutSuffix(name, e); ok && s != "" {
			name = s
			break
		}
	}
	if name == "/" || name == "." {
		return guess{}
	}
	if !oneOf(name, dull) {
		return guess{name: name}
	}
	return orFolder(name, path.Dir(full))
}

// orFolder prefers the folder's name to the given one.
func orFolder(name, dir string) guess {
	if folder := tellingFolder(dir); folder != "" {
		return guess{name: folder}
	}
	return guess{name: name, vague: true}
}

func oneOf(s string, list []string) bool {
	for _, x := range list {
		if s == x {
			return true
		}
	}
	return false
}

// firstArg skips options, and the value behind those options that take one as
// an argument of its own, and gives the index of the first other argument; len(args) if none.
func firstArg(args []string, valued ...string) int {
	for i := 0; i < len(args); i++ {
		a := args[i]
		switch {
		case a == "--":
			return min(i+1, len(args))
		case len(a) > 1 && a[0] == '-':
			if oneOf(a, valued) {
				i++
			}
		case a != "":
			return i
		}
	}
	return len(args)
}

// optionValue finds "--name value" or "--name=value".
func optionValue(args []string, names ...string) string {
	for i, a := range args {
		for _, n := range names {
			if a == n && i+1 < len(args) {
				return args[i+1]
			}
			if v, ok := strings.CutPrefix(a, n+"="); ok && v != "" {
				return v
			}
		}
	}
	return ""
}
