package process

import (
	"path"
	"strings"
)

// fromPython reads "python [options] script.py", "-m module" and "-c code"
// (https://docs.python.org/3/using/cmdline.html), and looks through the servers
// that take the application as an argument.
func fromPython(g *program) guess {
	args := g.args()
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			continue
		}
		if len(a) < 2 || a[0] != '-' {
			return pythonScript(g, a, args[i+1:])
		}
		if a[1] == '-' {
			if a == "--check-hash-based-pycs" {
				i++
			}
			continue
		}
		opt, value := pythonCluster(a[1:])
		if opt == 0 {
			continue
		}
		if value == "" { // it is the next argument
			if i++; i >= len(args) {
				return guess{}
			}
			value = args[i]
		}
		switch opt {
		case 'c':
			return guess{}
		case 'm':
			return pythonModule(g, value, args[i+1:])
		}
	}
	return guess{}
}

// pythonCluster finds the option of a cluster like "-um" that takes a value,
// and the value when it is attached. 0: none of them does.
func pythonCluster(s string) (opt byte, value string) {
	for i := range len(s) {
		switch s[i] {
		case 'c', 'm', 'W', 'X':
			return s[i], s[i+1:]
		}
	}
	return 0, ""
}

func pythonScript(g *program, script string, rest []string) guess {
	if name := path.Base(script); pythonLauncher(name) {
		return launched(g, name, rest)
	}
	return fromScript(script, g.cwd, []string{".pyc", ".pyw", ".pyz", ".py"},
		[]string{"manage", "__main__", "main", "wsgi", "asgi"})
}

func pythonModule(g *program, module string, rest []string) guess {
	if pythonLauncher(module) {
		return launched(g, module, rest)
	}
	return fromModule(module, g.cwd)
}

// fromModule names "pkg.module:attribute" by the module; a dull last part
// ("shop.wsgi") gives way to the package, and a dull module to the working directory.
func fromModule(module, cwd string) guess {
	module, _, _ = strings.Cut(module, ":")
	for {
		i := strings.LastIndexByte(module, '.')
		last := module[i+1:]
		if last != "wsgi" && last != "asgi" && last != "main" && last != "__main__" {
			return guess{name: module}
		}
		if i < 0 {
			return orFolder(module, cwd)
		}
		module = module[:i]
	}
}

func pythonLauncher(name string) bool {
	switch name {
	case "gunicorn", "uvicorn", "hypercorn", "daphne", "granian", "waitress-serve", "waitress", "celery", "flask",
		"django-admin", "streamlit", "fastapi":
		return true
	}
	return false
}

// launched finds the application among a server's arguments.
func launched(g *program, launcher string, args []string) guess {
	switch launcher {
	case "celery", "flask":
		if app := optionValue(args, "-A", "--app"); app != "" {
			return fromModule(strings.TrimSuffix(path.Base(app), ".py"), g.cwd)
		}
	case "streamlit", "fastapi":
		for _, a := range args {
			if strings.HasSuffix(a, ".py") {
				return pythonScript(g, a, nil)
			}
		}
	case "django-admin":
	default:
		if name := optionValue(args, "-n", "--name"); launcher == "gunicorn" && name != "" {
			return guess{name: name}
		}
		if app := appArgument(args); app != "" {
			return fromModule(app, g.cwd)
		}
	}
	return orFolder(launcher, g.cwd)
}

// appArgument finds "module:attribute" anywhere (a value such as
// "localhost:8000" is not of that form), else a plain module name that is the last argument.
func appArgument(args []string) string {
	for _, a := range args {
		module, attr, ok := strings.Cut(a, ":")
		attr, _, _ = strings.Cut(attr, "(")
		if ok && module != "python" && module != "unix" && isDotted(module) && isDotted(attr) {
			return a
		}
	}
	if n := len(args); n > 0 && isDotted(args[n-1]) && (n == 1 || !strings.HasPrefix(args[n-2], "-")) {
		return args[n-1]
	}
	return ""
}

// isDotted tells a dotted Python name.
func isDotted(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || '0' <= part[0] && part[0] <= '9' {
			return false
		}
		for _, r := range part {
			if r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
				return false
			}
		}
	}
	return true
}
