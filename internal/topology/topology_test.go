package topology

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// The options of "make topology". Without any, the rows that are Short run, and briefly.
var (
	everything  = flag.Bool("everything", false, "measure every row, also those that are not for CI")
	only        = flag.String("row", "", "measure the rows whose name matches this `regexp`, also those that are not for CI")
	concurrency = flag.String("concurrency", "1,8", "requests at a time, a `list`")
	requests    = flag.Int("requests", 200, "requests per row and concurrency")
	out         = flag.String("out", "", "write the results to this `file`, as JSON; relative to the repository")
	verbose     = flag.Bool("v", false, "print the spans of wrong parents")
)

// maxPrinted mistakes of a measurement are printed.
const maxPrinted = 10

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestTopology holds the precision of every row, and that both ends of a connection are joined.
func TestTopology(t *testing.T) {
	testkit.Root(t)
	rows := chosen(t)
	var results []Result
	PrintHeader(os.Stdout)
	for _, row := range rows {
		for _, n := range levels(t) {
			t.Run(fmt.Sprintf("%s/%d", row.Name, n), func(t *testing.T) {
				result, mistakes, ok := run(t, row, n)
				if !ok {
					return
				}
				result.Print(os.Stdout)
				show(mistakes)
				results = append(results, result)
				hold(t, row, result)
			})
		}
	}
	if *out != "" {
		require.NoError(t, WriteFile(filepath.Join(testkit.RepoRoot(t), *out), results))
	}
}

func chosen(t *testing.T) []Row {
	match, err := regexp.Compile(*only)
	require.NoError(t, err)
	rows := slices.DeleteFunc(Rows(), func(r Row) bool {
		return !match.MatchString(r.Name) || !r.Short && !*everything && *only == ""
	})
	require.NotEmpty(t, rows, "no row matches")
	return rows
}

func levels(t *testing.T) []int {
	var all []int
	for field := range strings.SplitSeq(*concurrency, ",") {
		n, err := strconv.Atoi(field)
		require.NoError(t, err)
		all = append(all, n)
	}
	return all
}

// run measures in a test of its own, so that a wrong parent, which fails the one
// around it, is not told with all that the services have written.
func run(t *testing.T, row Row, concurrency int) (result Result, mistakes []Mistake, ok bool) {
	t.Run("scene", func(t *testing.T) {
		group := testkit.NewCgroup(t, "beyla-topology-"+strconv.Itoa(os.Getpid()))
		r := tap(t, group, row.Config)
		s := StartScene(t, row, group)
		s.Restart = func() { r.stop(t); r.start(t) }
		n := *requests
		if row.Requests > 0 {
			n = row.Requests
		}
		result, mistakes = Measure(t, s, r.measured(t), concurrency, n)
		ok = true
	})
	return result, mistakes, ok
}

func show(mistakes []Mistake) {
	if !*verbose && !testing.Verbose() {
		return
	}
	for _, m := range mistakes[:min(len(mistakes), maxPrinted)] {
		fmt.Printf("  wrong, by %s:\n    %s\n    under %s\n", m.Evidence, m.Child, m.Parent)
	}
}

func hold(t *testing.T, row Row, r Result) {
	assert.Zero(t, r.Wrong, "wrong parents, precision %.4f", r.Precision)
	assert.Zero(t, r.Faults)
	assert.NotZero(t, r.Requests)
	if row.Lossy {
		assert.NotZero(t, r.NotSeen, "nothing was lost: the row measures nothing")
		return
	}
	assert.Zero(t, r.NotSeen, "requests without a span")
	assert.InDelta(t, 1, r.ConnectionRecall, 0, "connection edges")
}
