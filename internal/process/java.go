package process

import (
	"path"
	"strings"
)

// fromJava reads "java [options] -jar x.jar", "-m module/class" and "java
// [options] pkg.Main" (https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html).
// A name given to the OpenTelemetry agent or to Spring on the command line is the program's own word.
func fromJava(g *program) guess {
	args := g.args()
	for _, property := range []string{"-Dotel.service.name=", "-Dspring.application.name="} {
		for _, a := range args {
			if v, ok := strings.CutPrefix(a, property); ok && v != "" {
				return guess{name: v}
			}
		}
	}
	i := firstArg(args, "-jar", "-m", "--module", "-cp", "-classpath", "--class-path", "-p", "--module-path",
		"--upgrade-module-path", "--add-modules", "--limit-modules", "--add-opens", "--add-exports", "--add-reads",
		"--patch-module", "--enable-native-access", "--source")
	if jar := optionValue(args[:i], "-jar"); jar != "" {
		return fromScript(withoutVersion(jar), g.cwd, nil, []string{"app", "main", "server", "application"})
	}
	if module := optionValue(args[:i], "-m", "--module"); module != "" {
		module, _, _ = strings.Cut(module, "/")
		return guess{name: module}
	}
	for i < len(args) && strings.HasPrefix(args[i], "@") {
		i++ // a file with more arguments
	}
	if i == len(args) {
		return guess{}
	}
	if strings.HasSuffix(args[i], ".java") {
		return fromScript(args[i], g.cwd, []string{".java"}, []string{"Main", "App", "Application"})
	}
	return fromMainClass(args[i], g.cwd)
}

// fromMainClass names a class by its simple name, a dull one by its package.
func fromMainClass(class, cwd string) guess {
	switch class {
	case "org.apache.catalina.startup.Bootstrap":
		return guess{name: "tomcat"}
	case "org.apache.zookeeper.server.quorum.QuorumPeerMain":
		return guess{name: "zookeeper"}
	}
	class = strings.TrimSuffix(class, "$")
	if strings.HasPrefix(class, "org.springframework.boot.loader.") {
		return orFolder(class[strings.LastIndexByte(class, '.')+1:], cwd)
	}
	i := strings.LastIndexByte(class, '.')
	name := class[i+1:]
	if name != "Main" && name != "App" && name != "Application" && name != "Bootstrap" {
		return guess{name: name}
	}
	if i < 0 {
		return orFolder(name, cwd)
	}
	pkg := class[:i]
	return guess{name: pkg[strings.LastIndexByte(pkg, '.')+1:]}
}

// withoutVersion takes ".jar" and a version like "-1.4.2-SNAPSHOT" off, so
// that a service keeps its name over an update.
func withoutVersion(jar string) string {
	dir, base := path.Split(jar)
	for _, ending := range []string{".jar", ".war"} {
		base = strings.TrimSuffix(base, ending)
	}
	for i := 1; i+1 < len(base); i++ {
		if base[i] == '-' && isVersion(base[i+1:]) {
			return dir + base[:i]
		}
	}
	return dir + base
}

// isVersion tells digits, a dot, and digits, whatever follows.
func isVersion(s string) bool {
	major := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if major == 0 || major+1 >= len(s) || s[major] != '.' {
		return false
	}
	return '0' <= s[major+1] && s[major+1] <= '9'
}
