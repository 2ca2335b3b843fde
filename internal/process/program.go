package process

import (
	"path"
	"strings"
)

// program is what runs in a process, as far as it could be seen.
type program struct {
	// exe is the path of the executable; empty without the privilege to see it.
	exe string
	// argv is the command line, empty when it could not be read.
	argv []string
	// cwd is the working directory; empty without the privilege.
	cwd string
	// comm is the kernel's short name, at most 15 bytes.
	comm string
}

// name is the executable's short name: of the link, else of the first argument, else comm.
func (g *program) name() string {
	if g.exe != "" {
		return path.Base(strings.TrimPrefix(g.exe, "/memfd:"))
	}
	if len(g.argv) > 0 && !g.retitled() {
		if base := path.Base(g.argv[0]); base != "." && base != "/" {
			return strings.TrimPrefix(base, "-") // login shells
		}
	}
	return g.comm
}

// retitled tells whether the process wrote a title over its command line
// (setproctitle): what is left is one argument with blanks in it, which is no path.
func (g *program) retitled() bool {
	return len(g.argv) == 1 && strings.Contains(g.argv[0], " ") && g.argv[0] != g.exe
}

// command is process.command, the first argument. A title is left out: it
// changes, and names users and databases.
func (g *program) command() string {
	if len(g.argv) == 0 || g.retitled() {
		return ""
	}
	return g.argv[0]
}

// args are the arguments behind the first.
func (g *program) args() []string {
	if len(g.argv) < 2 {
		return nil
	}
	return g.argv[1:]
}
