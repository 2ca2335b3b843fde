package topology

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// javaApp is testdata/apps/topology/java. The JVM is told to start soon rather than to run fast.
func javaApp(t testing.TB, run Run) []string {
	t.Helper()
	testkit.Need(t, "javac", "java")
	sources, err := filepath.Glob(appFile(t, "java", "*.java"))
	if err != nil {
		t.Fatalf("list the java service's sources: %v", err)
	}
	compile := exec.CommandContext(t.Context(), "javac", append([]string{"-d", run.Dir}, sources...)...)
	if out, err := compile.CombinedOutput(); err != nil {
		t.Fatalf("compile the java service: %v\n%s", err, out)
	}
	return []string{
		"java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
		// Head and body of a response are two writes, which without this wait for an acknowledgement.
		"-Dsun.net.httpserver.nodelay=true",
		"-Dhttp.maxConnections=64",
		"-cp", run.Dir, "Service",
	}
}

func javaRows() []Row {
	row := func(mode string) Row {
		return Row{Name: "java-" + mode, Services: []Service{
			goLeaf("leaf"),
			{Name: "entry", Command: javaApp, Mode: mode, Next: []string{"leaf", "leaf"}, Background: "leaf"},
		}}
	}
	return []Row{row("url"), row("client"), row("async")}
}
