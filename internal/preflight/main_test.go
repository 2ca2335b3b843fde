package preflight

import (
	"encoding/json"
	"fmt"
	"os"
	"testing"

	"go.uber.org/goleak"
)

// cgroupVariable makes the test binary print the report of its place as JSON; its
// value is "at:" and the configured cgroup path.
const cgroupVariable = "PREFLIGHT_TEST_CGROUP"

func TestMain(m *testing.M) {
	if value, ok := os.LookupEnv(cgroupVariable); ok {
		if err := json.NewEncoder(os.Stdout).Encode(here(value[len("at:"):])); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}
