package testkit

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/golden"
	"github.com/open-telemetry/opentelemetry-collector-contrib/pkg/pdatatest/ptracetest"
	"github.com/stretchr/testify/assert"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// Update tells whether the test run is to write golden files (-update).
func Update() bool { return *update }

// Compare compares everything in the traces with the file under testdata/golden
// (".yaml"), in the form that Canonical describes. With -update it writes the
// file instead. Batches may be passed one by one: how they were cut does not matter.
func Compare(t testing.TB, file string, got []ptrace.Traces, masks ...Mask) {
	t.Helper()
	path := filepath.Join(RepoRoot(t), "testdata", "golden", filepath.FromSlash(file))
	actual := Canonical(got, masks...)
	if Update() {
		if err := writeGolden(path, actual); err != nil {
			t.Fatalf("write golden file: %v", err)
		}
		return
	}
	if err := compareGolden(t, path, actual); err != nil {
		t.Errorf("%s: %v", file, err)
	}
}

func writeGolden(path string, traces ptrace.Traces) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("make its folder: %w", err)
	}
	if err := golden.WriteTracesToFile(path, traces); err != nil {
		return err
	}
	return os.Chmod(path, 0o644)
}

// compareGolden lets the text decide, so that no field is left out, and ptracetest
// say in words what differs.
func compareGolden(t testing.TB, path string, actual ptrace.Traces) error {
	t.Helper()
	expected, err := golden.ReadTraces(path)
	if err != nil {
		return fmt.Errorf("read golden file (-update writes it): %w", err)
	}
	want, err := text(expected)
	if err != nil {
		return err
	}
	got, err := text(actual)
	if err != nil {
		return err
	}
	if assert.ObjectsAreEqual(want, got) {
		return nil
	}
	assert.Equal(t, want, got)
	return fmt.Errorf("traces differ from the golden file: %w", ptracetest.CompareTraces(expected, actual))
}

func text(traces ptrace.Traces) (string, error) {
	var marshal ptrace.JSONMarshaler
	data, err := marshal.MarshalTraces(traces)
	if err != nil {
		return "", fmt.Errorf("marshal traces: %w", err)
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, data, "", " "); err != nil {
		return "", fmt.Errorf("indent traces: %w", err)
	}
	return pretty.String(), nil
}
