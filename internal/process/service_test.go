package process

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestProgramNames reads testdata/process/names.txt: blocks of "key: value"
// lines, each block one program and the name it must get.
func TestProgramNames(t *testing.T) {
	raw, err := os.ReadFile("../../testdata/process/names.txt")
	require.NoError(t, err)
	blocks := 0
	for block := range strings.SplitSeq(string(raw), "\n\n") {
		g, unit, want := readBlock(t, block)
		if want == "" {
			continue
		}
		blocks++
		assert.Equal(t, want, programName(&g, unit), block)
	}
	assert.Greater(t, blocks, 100)
}

func readBlock(t *testing.T, block string) (g program, unit, want string) {
	for line := range strings.Lines(block) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, v, ok := strings.Cut(line, ": ")
		require.True(t, ok, line)
		switch key {
		case "exe":
			g.exe = v
		case "argv":
			g.argv = strings.Split(v, " ")
		case "title":
			g.argv = []string{v}
		case "cwd":
			g.cwd = v
		case "comm":
			g.comm = v
		case "unit":
			unit = v
		case "want":
			want = v
		default:
			t.Fatalf("unknown key in %q", line)
		}
	}
	return g, unit, want
}

func TestServiceNameOrder(t *testing.T) {
	f := &facts{program: program{exe: "/usr/bin/python3", argv: []string{"python3", "shop.py"}}}
	assert.Equal(t, "shop", serviceName(f, nil, "unit.service"))
	attrs := parseResourceAttributes("service.name=from%20attributes")
	assert.Equal(t, "from attributes", serviceName(f, attrs, ""))
	assert.Equal(t, "shop", serviceName(f, parseResourceAttributes("service.name="), ""), "an empty name is none")
	f.env.service = " "
	assert.Equal(t, "from attributes", serviceName(f, attrs, ""), "a blank name is none")
	f.env.service = "from environment"
	assert.Equal(t, "from environment", serviceName(f, attrs, ""))
	f.env.service = strings.Repeat("ü", 300)
	assert.Equal(t, strings.Repeat("ü", 127), serviceName(f, attrs, ""), "cut between characters")
	f.env.service = "a\xffb"
	assert.Equal(t, "a\uFFFDb", serviceName(f, attrs, ""))
}

func TestCommandLeavesTitlesOut(t *testing.T) {
	title := program{exe: "/usr/lib/postgresql/bin/postgres", argv: []string{"postgres: bob shop 10.0.0.7(5432) idle"}}
	assert.Empty(t, title.command())
	assert.Equal(t, "postgres", title.name())
	blank := program{exe: "/opt/My App/run", argv: []string{"/opt/My App/run"}}
	assert.Equal(t, "/opt/My App/run", blank.command())
}

func FuzzProgramName(f *testing.F) {
	f.Add("/usr/bin/python3", "python3\x00-um\x00shop.wsgi:app", "/srv/shop", "shop@1.service")
	f.Add("/usr/bin/java", "java\x00-cp\x00x\x00@f\x00com.acme.Main", "/", "")
	f.Add("/usr/bin/node", "node\x00--require\x00./x\x00/a/node_modules/.bin/ts-node\x00-T\x00index.ts", "", "")
	f.Add("/usr/bin/ruby", "puma 6 (x) [shop]", "", "")
	f.Add("/usr/bin/php", "php\x00-S\x00:80\x00-t", "", "")
	f.Fuzz(func(t *testing.T, exe, cmdline, cwd, unit string) {
		f := &facts{program: program{exe: exe, cwd: cwd, argv: splitArgs([]byte(cmdline), false)}}
		name := serviceName(f, nil, unit)
		if name == "" || len(name) > maxService {
			t.Fatalf("name %q", name)
		}
		if again := serviceName(f, nil, unit); again != name {
			t.Fatalf("%q, then %q", name, again)
		}
	})
}
