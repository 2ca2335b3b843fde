package process

import (
	"path"
	"strings"
)

// fromRuby reads "ruby [options] script"; servers and task runners are named by the
// application around them.
func fromRuby(g *program) guess {
	args := g.args()
	i := firstArg(args, "-I", "-r", "-C", "-E", "-e", "-F", "-K", "-W")
	if i == len(args) || oneOf("-e", args[:i]) {
		return guess{}
	}
	script := args[i]
	base := path.Base(script)
	switch base {
	case "rails", "rackup", "puma", "unicorn", "thin", "falcon", "sidekiq", "bundle", "rake", "spring", "passenger":
		if full := resolve(script, ""); path.IsAbs(full) && strings.HasSuffix(path.Dir(full), "/bin") {
			if !systemFolder(full) {
				return orFolder(base, path.Dir(full))
			}
		}
		return orFolder(base, g.cwd)
	}
	return fromScript(script, g.cwd, []string{".rb", ".ru"}, []string{"config", "main", "server", "app"})
}

// systemFolder tells where installed tools live, as opposed to an application's own bin.
func systemFolder(p string) bool {
	return strings.HasPrefix(p, "/usr/") || strings.HasPrefix(p, "/bin/") || strings.HasPrefix(p, "/opt/") ||
		strings.Contains(p, "/gems/") || strings.Contains(p, "/.")
}

// fromPHP reads "php [options] file" and the built-in server, "php -S addr -t
// folder [router]" (https://www.php.net/manual/en/features.commandline.options.php).
func fromPHP(g *program) guess {
	args := g.args()
	i := firstArg(args, "-S", "-t", "-d", "-c", "-z", "-f", "-r", "-B", "-R", "-F", "-E", "--server", "--docroot")
	script := optionValue(args[:i], "-f")
	switch {
	case oneOf("-r", args[:i]):
		return guess{}
	case script == "" && i < len(args):
		script = args[i]
	}
	if script != "" {
		return fromScript(script, g.cwd, []string{".php", ".phar"}, []string{"index", "artisan", "console", "router", "server", "main", "app"})
	}
	if optionValue(args, "-S", "--server") == "" {
		return guess{}
	}
	return orFolder("php", resolve(optionValue(args, "-t", "--docroot"), g.cwd))
}

// fromDotnet reads "dotnet X.dll", "dotnet exec [options] X.dll" and "dotnet
// run --project P" (https://learn.microsoft.com/en-us/dotnet/core/tools/dotnet).
func fromDotnet(g *program) guess {
	args := g.args()
	if len(args) > 0 && (args[0] == "run" || args[0] == "watch") {
		if p := optionValue(args, "--project", "-p"); p != "" {
			return fromScript(p, g.cwd, []string{".csproj", ".fsproj", ".vbproj"}, nil)
		}
		return orFolder(args[0], g.cwd)
	}
	for _, a := range args {
		if strings.HasSuffix(a, ".dll") {
			return fromScript(a, g.cwd, []string{".dll"}, nil)
		}
	}
	return guess{}
}

// fromPerl reads "perl [options] script".
func fromPerl(g *program) guess {
	args := g.args()
	i := firstArg(args, "-I", "-e", "-E")
	if i == len(args) || oneOf("-e", args[:i]) || oneOf("-E", args[:i]) {
		return guess{}
	}
	return fromScript(args[i], g.cwd, []string{".pl", ".psgi"}, nil)
}

// fromErlang reads the node's name, "-sname shop@host" or "-name shop@host.domain".
func fromErlang(g *program) guess {
	name, _, _ := strings.Cut(optionValue(g.args(), "-sname", "-name"), "@")
	return guess{name: name}
}
