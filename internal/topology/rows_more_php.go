package topology

import (
	"os"
	"path/filepath"
	"testing"
	"text/template"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// fpmPattern is where Debian has PHP-FPM: its name ends with the version.
const fpmPattern = "/usr/sbin/php-fpm*"

// fpm is the path of PHP-FPM; empty when there is none.
func fpm() string {
	found, err := filepath.Glob(fpmPattern)
	if err != nil || len(found) == 0 {
		return ""
	}
	return found[0]
}

// fpmApp is testdata/apps/topology/php behind FastCGI.
func fpmApp(t testing.TB, _ Run) []string {
	t.Helper()
	exe := fpm()
	if exe == "" {
		testkit.Without(t, "needs PHP-FPM, %s", fpmPattern)
	}
	return []string{appFile(t, "php", "start.sh"), exe}
}

// fastcgiApp is nginx, which passes what it is asked on to fpmApp, the first of run.Next.
func fastcgiApp(t testing.TB, run Run) []string {
	t.Helper()
	testkit.Need(t, "nginx")
	conf, err := template.ParseFiles(appFile(t, "php", "nginx.conf"))
	if err != nil {
		t.Fatalf("parse nginx's configuration: %v", err)
	}
	path := filepath.Join(run.Dir, "nginx.conf")
	file, err := os.Create(path)
	if err != nil {
		t.Fatalf("write nginx's configuration: %v", err)
	}
	defer file.Close()
	if err := conf.Execute(file, struct {
		Run
		Script string
	}{run, appFile(t, "php", "service.php")}); err != nil {
		t.Fatalf("fill in nginx's configuration: %v", err)
	}
	return []string{"nginx", "-p", run.Dir, "-e", "stderr", "-c", path}
}

func phpRows() []Row {
	return []Row{{Name: "php-fpm", Services: []Service{
		goLeaf("leaf"),
		{
			Name: "fpm", Reported: filepath.Base(fpm()), Command: fpmApp, Workers: 8,
			Next: []string{"leaf", "leaf"}, Background: "leaf",
		},
		{Name: "web", Reported: "nginx", Command: fastcgiApp, Next: []string{"fpm"}},
	}}}
}
