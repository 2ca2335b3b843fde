package main

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/preflight"
)

// partly is a report in which processes and parents are off; it keeps the folder that was asked for.
func partly(cgroupPath string) preflight.Report {
	return preflight.Report{
		Scenario: preflight.NodeAgent,
		Facts:    preflight.Facts{Cgroup: preflight.Cgroup{Path: cgroupPath}},
		Features: []preflight.Feature{
			{Name: preflight.Socket, On: true},
			{Name: preflight.Processes, Reason: "CAP_PERFMON not effective", Add: []string{"add <it>"}},
			{Name: preflight.Parents, Reason: "so too"},
			{Name: preflight.Interface, On: true},
		},
	}
}

func TestStatus(t *testing.T) {
	const processes = "beyla-preflight: required and off: processes: CAP_PERFMON not effective\n"
	for args, want := range map[string]struct {
		status int
		stderr string
	}{
		"":                                      {works, ""},
		"-require socket":                       {works, ""},
		"-require socket,interface":             {works, ""},
		"-require processes":                    {missing, processes},
		"-require socket,processes,parents":     {missing, processes + "beyla-preflight: required and off: parents: so too\n"},
		"-require=":                             {works, ""},
		"-format json -require processes":       {missing, processes},
		"-format json -cgroup-path /sys/fs/cgr": {works, ""},
	} {
		var stdout, stderr strings.Builder
		assert.Equal(t, want.status, run(strings.Fields(args), &stdout, &stderr, partly), args)
		assert.Equal(t, want.stderr, stderr.String(), args)
		assert.NotEmpty(t, stdout.String(), "the report comes in any case")
	}
}

func TestWrongUse(t *testing.T) {
	for args, says := range map[string]string{
		"-format yaml":             "-format is text or json",
		"extra":                    "no other arguments",
		"-unknown":                 "flag provided but not defined: -unknown",
		"-require sockets":         `no feature "sockets", there are socket, host, processes,`,
		"-require socket,,parents": `no feature ""`,
	} {
		var stdout, stderr strings.Builder
		got := run(strings.Fields(args), &stdout, &stderr, func(string) preflight.Report {
			t.Error("looked in spite of wrong use")
			return preflight.Report{}
		})
		assert.Equal(t, usage, got, args)
		assert.Contains(t, stderr.String(), says)
		assert.Contains(t, stderr.String(), "-cgroup-path", "how it is used")
		assert.Empty(t, stdout.String())
	}
}

func TestHelp(t *testing.T) {
	var stderr strings.Builder
	assert.Equal(t, works, run([]string{"-help"}, io.Discard, &stderr, partly))
	for _, name := range preflight.FeatureNames() {
		assert.Contains(t, stderr.String(), string(name))
	}
}

func TestJSON(t *testing.T) {
	var stdout strings.Builder
	require.Equal(t, works, run([]string{"-format", "json", "-cgroup-path", "/x"}, &stdout, io.Discard, partly))
	var got struct {
		Scenario string
		Facts    struct{ Cgroup struct{ Path string } }
		Features []struct {
			Name string
			On   bool
		}
	}
	require.NoError(t, json.Unmarshal([]byte(stdout.String()), &got))
	assert.Equal(t, "node_agent", got.Scenario)
	assert.Equal(t, "/x", got.Facts.Cgroup.Path)
	assert.Len(t, got.Features, 4)
	assert.Contains(t, stdout.String(), "add <it>", "for people to read")
}

func TestText(t *testing.T) {
	var stdout strings.Builder
	run(nil, &stdout, io.Discard, partly)
	report := partly("")
	assert.Equal(t, report.Text()+"\n", stdout.String())
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

// A report that nobody could read is no promise.
func TestReportThatCannotBeWritten(t *testing.T) {
	var stderr strings.Builder
	assert.Equal(t, missing, run(nil, full{}, &stderr, partly))
	assert.Contains(t, stderr.String(), "no space left")
}
