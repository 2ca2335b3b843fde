package process

import (
	"path"
	"strings"
)

// fromNode reads "node [options] script" (https://nodejs.org/api/cli.html).
func fromNode(g *program) guess {
	args := g.args()
	if title := optionValue(args, "--title"); title != "" {
		return guess{name: title}
	}
	i := firstArg(args, "-r", "--require", "--import", "--loader", "--experimental-loader", "-C", "--conditions",
		"--env-file", "--env-file-if-exists", "--input-type", "--inspect-port", "--icu-data-dir", "--disable-warning",
		"-e", "--eval", "-p", "--print", "-pe")
	for _, a := range args[:i] {
		switch a {
		case "-e", "--eval", "-p", "--print", "-pe":
			return guess{} // code on the command line
		}
	}
	return jsScript(g, args[i:])
}

// fromDeno reads "deno run [options] script", "deno serve script"
// (https://docs.deno.com/runtime/reference/cli/).
func fromDeno(g *program) guess { return jsCommand(g, "run", "serve", "test", "bench") }

// fromBun reads "bun script" and "bun run script" (https://bun.com/docs/runtime).
func fromBun(g *program) guess { return jsCommand(g, "run", "test") }

func jsCommand(g *program, commands ...string) guess {
	args := g.args()
	i := firstArg(args, "-c", "--config", "--cwd", "--env-file", "-r", "--preload", "--import-map", "--port", "--host")
	if i < len(args) && oneOf(args[i], commands) {
		args = args[i+1:]
		i = firstArg(args, "-c", "--config", "--env-file", "--import-map", "--port", "--host")
	}
	return jsScript(g, args[i:])
}

// jsScript names a script. What lies in node_modules is somebody else's
// program that runs the package around it.
func jsScript(g *program, args []string) guess {
	if len(args) == 0 {
		return guess{}
	}
	full := resolve(args[0], g.cwd)
	if i := strings.Index(full, "/node_modules/"); i >= 0 {
		tool := jsName(path.Base(full))
		if jsRunner(tool) && firstArg(args[1:]) < len(args)-1 {
			return jsScript(g, args[1+firstArg(args[1:]):])
		}
		return orFolder(tool, full[:i])
	}
	if args[0] == "." || strings.HasSuffix(args[0], "/") {
		return orFolder(path.Base(full), full)
	}
	return fromScript(args[0], g.cwd, jsEndings(), []string{"index", "main", "server", "app"})
}

// jsRunner tells tools that run the script behind them.
func jsRunner(tool string) bool {
	return oneOf(tool, []string{"ts-node", "ts-node-dev", "tsx", "nodemon", "babel-node", "dotenv"})
}

func jsName(base string) string {
	for _, e := range jsEndings() {
		if s, ok := strings.CutSuffix(base, e); ok {
			return s
		}
	}
	return base
}

func jsEndings() []string {
	return []string{".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"}
}
