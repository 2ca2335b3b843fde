package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseGoBench(t *testing.T) {
	got := parseGoBench(`goos: linux
pkg: example.com/traces
BenchmarkBuild/one_process-2         	 1757246	       631.9 ns/op	     771 B/op	      12 allocs/op
BenchmarkBuild/one_process-2         	 1757246	       640.0 ns/op	     771 B/op	      12 allocs/op
BenchmarkBuild/utf-8-16  	 10	 5 ns/op
Benchmark logs something of its own
PASS
ok  	example.com/traces	3.675s
`)
	assert.Equal(t, goBench{
		"Build/one_process": {"ns/op": {631.9, 640}, "B/op": {771, 771}, "allocs/op": {12, 12}},
		"Build/utf-8":       {"ns/op": {5}},
	}, got)
	assert.Empty(t, parseGoBench("PASS\n"))
}

func TestBenchPattern(t *testing.T) {
	assert.Equal(t, "^BenchmarkExchange$/^parse_and_describe$/^server$", benchPattern("Exchange/parse_and_describe/server"))
}

const wrkReport = `Running 4s test @ http://127.0.0.1:18099/
  1 threads and 32 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency   174.25us  108.42us   4.53ms   93.17%
    Req/Sec   184.4k     9.12k  201.02k    75.00%
  738512 requests in 4.01s, 112.70MB read
Requests/sec: 184384.84
Transfer/sec:     28.14MB
`

func TestParseWrk(t *testing.T) {
	got, err := parseWrk(wrkReport)
	require.NoError(t, err)
	assert.Equal(t, load{requests: 738512, perSecond: 184384.84}, got)

	_, err = parseWrk("unable to connect to 127.0.0.1:1 Connection refused\n")
	require.ErrorIs(t, err, errWrk)
	_, err = parseWrk(wrkReport + "  Socket errors: connect 0, read 3, write 0, timeout 0\n")
	require.ErrorContains(t, err, "read 3")
	_, err = parseWrk(wrkReport + "  Non-2xx or 3xx responses: 738512\n")
	require.ErrorContains(t, err, "738512")
}

func TestParseStatus(t *testing.T) {
	const status = "Name:\totelcol-beyla\nVmPeak:\t 1348044 kB\nVmHWM:\t   78848 kB\nVmRSS:\t   77824 kB\n" +
		"RssAnon:\t   13312 kB\nRssFile:\t   64512 kB\nThreads:\t9\n"
	got, err := parseStatus(status)
	require.NoError(t, err)
	assert.Equal(t, memory{Resident: 76, Peak: 77, Anonymous: 13, File: 63}, got)

	_, err = parseStatus("Name:\tkthreadd\n") // has no memory of its own
	require.ErrorIs(t, err, errStatus)
}

func TestParseLink(t *testing.T) {
	id, ok := parseLink("pos:\t0\nflags:\t02000000\nlink_type:\tcgroup\nlink_id:\t387\nprog_tag:\t9ce3\nprog_id:\t416\ncgroup_id:\t1\n")
	assert.True(t, ok)
	assert.Equal(t, uint32(416), id)
	for _, other := range []string{
		"pos:\t0\nprog_type:\t8\nprog_id:\t416\n", // the program itself, held without a link
		"pos:\t0\nflags:\t02\neventfd-count: 0\n",
		"link_id:\t1\nprog_id:\tx\n",
	} {
		_, ok := parseLink(other)
		assert.False(t, ok, other)
	}
}

func TestLogged(t *testing.T) {
	const log = `panic: not a line of the log
{"level":"info","ts":"2026-11-23T17:15:16.951Z","msg":"Starting extensions...","resource":{}}
{"level":"info","ts":"2026-11-23T17:15:17.164Z","msg":"Everything is ready. Begin running and processing data."}
{"level":"info","ts":"2026-11-23T17:15:18.164Z","msg":"Everything is ready. Begin running and processing data."}
`
	at, err := logged(log, logReady)
	require.NoError(t, err)
	assert.Equal(t, time.Date(2026, 11, 23, 17, 15, 17, 164e6, time.UTC), at)
	_, err = logged(log, "Starting shutdown...")
	require.ErrorIs(t, err, errNotLogged)
}

func TestFirstSpan(t *testing.T) {
	const lines = `{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"1795454116000000300"},{"startTimeUnixNano":"1795454116000000200"}]}]}]}
{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"1795454116000000250"}]}]}]}
{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"17954541`
	at, err := firstSpan([]byte(lines))
	require.NoError(t, err)
	assert.Equal(t, int64(1795454116000000200), at.UnixNano())

	at, err = firstSpan(nil)
	require.NoError(t, err)
	assert.True(t, at.IsZero())
	_, err = firstSpan([]byte("no spans\n"))
	require.Error(t, err)
}

func TestParseMounts(t *testing.T) {
	const table = `22 28 0:20 / /proc rw,relatime shared:5 - proc proc rw
30 28 0:26 /sub /mnt/part rw,relatime - cgroup2 cgroup2 rw
31 28 0:26 / /sys/fs/cgroup rw,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate
`
	got, err := parseMounts(table)
	require.NoError(t, err)
	assert.Equal(t, "/sys/fs/cgroup", got)
	_, err = parseMounts("24 28 0:21 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n")
	require.ErrorIs(t, err, errNoCgroup)
}

func TestParseBusy(t *testing.T) {
	const stat = "cpu  100 20 30 900 5 6 7 0 0 0\ncpu0 40 10 10 400 2 3 4 0 0 0\ncpu1 30 10 20 400 2 3 3 0 0 0\ncpu10 30 0 0 100 1 0 0 0 0 0\nintr 1 2 3\n"
	got, err := parseBusy(stat, []int{0, 1})
	require.NoError(t, err)
	assert.Equal(t, 1200*time.Millisecond, got)
	got, err = parseBusy(stat, []int{10})
	require.NoError(t, err)
	assert.Equal(t, 300*time.Millisecond, got)
	_, err = parseBusy("cpu0 many 0 0 0\n", []int{0})
	require.ErrorIs(t, err, errProcStat)
}

func TestParseUsage(t *testing.T) {
	got, err := parseUsage("usage_usec 1500000\nuser_usec 1000000\nsystem_usec 500000\n")
	require.NoError(t, err)
	assert.Equal(t, 1500*time.Millisecond, got)
	_, err = parseUsage("nr_periods 0\n")
	require.ErrorIs(t, err, errCPUStat)
}

func TestCPUModel(t *testing.T) {
	assert.Equal(t, "Some CPU @ 2GHz", cpuModel("processor\t: 0\nmodel name\t: Some CPU @ 2GHz\nprocessor\t: 1\nmodel name\t: Other\n"))
	assert.NotEmpty(t, cpuModel("processor\t: 0\n"))
}
