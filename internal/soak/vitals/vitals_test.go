package vitals

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseStatus(t *testing.T) {
	m, threads, err := parseStatus("Name:\totelcol-beyla\nVmHWM:\t   90 kB\nVmRSS:\t   80 kB\nRssAnon:\t  30 kB\nRssFile:\t  50 kB\nThreads:\t12\n")
	require.NoError(t, err)
	assert.Equal(t, Memory{Resident: 80, Peak: 90, Anonymous: 30, Mapped: 50}, m)
	assert.EqualValues(t, 12, threads)

	_, _, err = parseStatus("VmRSS:\t80 kB\n") // a kernel thread has no memory
	require.ErrorIs(t, err, ErrFormat)
	_, _, err = parseStatus("VmRSS:\tmuch\n")
	require.Error(t, err)
}

func TestObjects(t *testing.T) {
	g := gathering{map[uint32]int64{}, map[uint32]int64{}, map[uint32]int64{}}
	const ring = "pos:\t0\nflags:\t02000002\nmap_type:\t27\nmemlock:\t1000\nmap_id:\t7\nfrozen:\t0\n"
	for _, info := range []string{
		"pos:\t0\nflags:\t02\n", // a file
		ring, ring,
		"map_type:\t1\nmemlock:\t24\nmap_id:\t3\n",
		"prog_type:\t8\nmemlock:\t4096\nprog_id:\t21\n",
		"link_type:\tcgroup\nlink_id:\t5\nprog_tag:\tabc\nprog_id:\t20\n",
		"link_type:\tcgroup\nlink_id:\t6\nprog_tag:\tabc\nprog_id:\t21\n",
	} {
		require.NoError(t, g.add(info))
	}
	assert.Equal(t, Objects{Maps: []uint32{3, 7}, Programs: []uint32{20, 21}, Links: []uint32{5, 6}, Locked: 1024}, g.objects())
	assert.True(t, g.objects().Any())
	assert.Error(t, g.add("map_id:\tseven\n"))
}

func TestParseStat(t *testing.T) {
	cpu, err := parseStat("7 (a) b) S 1 7 7 0 -1 4194560 1 2 3 4 250 50 9 9 20 0 12 0 100 0 0\n")
	require.NoError(t, err)
	assert.Equal(t, 3*time.Second, cpu)
	for _, bad := range []string{"", "7 (a) S 1", "7 (a) S 1 7 7 0 -1 4194560 1 2 3 4 x 50 9"} {
		_, err := parseStat(bad)
		assert.Error(t, err, bad)
	}
}

func TestOfProcess(t *testing.T) {
	me, err := OfProcess(os.Getpid())
	require.NoError(t, err)
	assert.GreaterOrEqual(t, me.Resident, me.Anonymous)
	assert.Positive(t, me.Anonymous)
	assert.GreaterOrEqual(t, me.Descriptors, 3)
	assert.Positive(t, me.Threads)
	assert.False(t, me.Any())
	_, err = OfProcess(1 << 30)
	assert.ErrorIs(t, err, os.ErrNotExist)
}

// text is an excerpt of a collector's page.
const text = `# HELP otelcol_beyla_dropped_messages Messages
otelcol_beyla_kernel_packets{receiver="beyla"} 40
otelcol_beyla_kernel_messages{receiver="beyla"} 31
otelcol_beyla_shed_messages{receiver="beyla"} 7
otelcol_beyla_kernel_losses{reason="ring_full_start",receiver="beyla"} 4
otelcol_beyla_kernel_losses{reason="ring_full_data",receiver="beyla"} 2
otelcol_beyla_received_messages{receiver="beyla"} 20
otelcol_beyla_used_messages{receiver="beyla"} 12
otelcol_beyla_dropped_messages{reason="gap",receiver="beyla"} 3
otelcol_beyla_dropped_messages{reason="no_request",receiver="beyla"} 1
otelcol_beyla_dropped_messages{reason="opaque",receiver="beyla"} 0
otelcol_beyla_filtered_messages{reason="unselected",receiver="beyla"} 3
otelcol_beyla_held_messages{receiver="beyla"} 1
otelcol_beyla_emitted_spans{receiver="beyla"} 5
otelcol_beyla_refused_spans{reason="queue_full",receiver="beyla"} 1
otelcol_process_runtime_heap_alloc_bytes 1.0586816e+07
`

func TestMetrics(t *testing.T) {
	m, err := ParseMetrics(strings.NewReader(text))
	require.NoError(t, err)
	assert.EqualValues(t, 4, m.Sum("dropped_messages"))
	assert.EqualValues(t, 3, m.Sum("dropped_messages", `reason="gap"`, `receiver="beyla"`))
	assert.Zero(t, m.Sum("dropped"), "no prefix of a name")
	assert.Equal(t, map[string]int64{"gap": 3, "no_request": 1}, m.By("dropped_messages", "reason"))
	assert.EqualValues(t, 10586816, m.HeapBytes())
	for _, bad := range []string{"word\n", "name value\n"} {
		_, err := ParseMetrics(strings.NewReader(bad))
		assert.Error(t, err, bad)
	}
}

func TestAccount(t *testing.T) {
	m, err := ParseMetrics(strings.NewReader(text))
	require.NoError(t, err)
	a := m.Account()
	assert.Equal(t, Account{
		Packets: 40, Messages: 31, LostStarts: 4, Shed: 7, Received: 20, Used: 12, Dropped: 4, Filtered: 3, Held: 1,
		Emitted: 5, Refused: 1, LostOther: 2,
	}, a)
	assert.NoError(t, a.Check())
	assert.EqualValues(t, 18, a.Lost())

	more := a
	more.Messages++
	assert.EqualError(t, more.Check(), "32 messages began in the kernel, 20 were received, 4 lost and 7 left out")
	more = a
	more.Used--
	assert.EqualError(t, more.Check(), "20 messages were received, 19 are accounted for")
}

func TestCollector(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/metrics", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) })
	mux.HandleFunc("/debug/pprof/goroutine", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte("goroutine profile: total 18\n1 @ 0x1\n"))
	})
	collected := false
	mux.HandleFunc("/debug/pprof/heap", func(_ http.ResponseWriter, r *http.Request) { collected = r.FormValue("gc") == "1" })
	server := httptest.NewServer(mux)
	defer server.Close()
	c := Collector{Metrics: server.URL + "/metrics", Profiles: server.URL}
	defer c.Close()
	m, err := c.Read(t.Context())
	require.NoError(t, err)
	assert.EqualValues(t, 20, m.Account().Received)
	n, err := c.Goroutines(t.Context())
	require.NoError(t, err)
	assert.Equal(t, 18, n)
	require.NoError(t, c.Collect(t.Context()))
	assert.True(t, collected)

	c.Metrics, c.Profiles = server.URL+"/none", server.URL+"/none"
	_, err = c.Read(t.Context())
	require.ErrorContains(t, err, "404")
	_, err = c.Goroutines(t.Context())
	require.ErrorContains(t, err, "404")
}
