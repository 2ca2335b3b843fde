package live

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// stall is a server and a client on one kept connection.
type stall struct {
	*testkit.Nginx
	client *testkit.GoClient
}

func (s *stall) trade(t testing.TB) {
	t.Helper()
	for i := range 5 {
		s.client.Get(t, "/"+strconv.Itoa(i))
	}
}

// byEnd counts the spans of the ends of both.
func byEnd(all testkit.Spans, a, b string) map[string]int {
	got := make(map[string]int)
	for _, s := range all {
		if of(a)(s) {
			got["a."+s.Kind]++
		} else if of(b)(s) {
			got["b."+s.Kind]++
		}
	}
	return got
}

// TestSelection has two stalls, one in a container, one in another network namespace.
func TestSelection(t *testing.T) {
	id := strings.Repeat("d3", 32)
	netns := testkit.NewNetNS(t)
	a := stall{Nginx: testkit.StartNginx(t, testkit.NginxOptions{Place: testkit.NewCgroup(t, testkit.DockerCgroup(id)).Place()})}
	a.client = testkit.StartGoClient(t, a.Addr, testkit.Place{})
	b := stall{Nginx: testkit.StartNginx(t, testkit.NginxOptions{Place: netns.Place()})}
	b.client = testkit.StartGoClient(t, b.Addr, netns.Place())
	portOf := func(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

	for _, tt := range []struct {
		name             string
		include, exclude keys
		want             string // which ends make spans
	}{
		{"everything", nil, nil, "a.Server a.Client b.Server b.Client"},
		{"include a port", keys{"ports": []any{portOf(a.Addr)}}, nil, "a.Server a.Client"},
		{"exclude a port", nil, keys{"ports": []any{portOf(a.Addr)}}, "b.Server b.Client"},
		{"include an executable", keys{"executable": "*/nginx"}, nil, "a.Server b.Server"},
		{"exclude a service", nil, keys{"service": "goc*"}, "a.Server b.Server"},
		{"include a cgroup", keys{"cgroup": "*/docker-*.scope"}, nil, "a.Server"},
		{"include a container", keys{"container_id": id[:12]}, nil, "a.Server"},
		{"exclude a container", nil, keys{"container_id": id}, "a.Client b.Server b.Client"},
		{"include a namespace", keys{"namespace": int(netns.Inode(t))}, nil, "b.Server b.Client"},
		{"include the host's namespace", keys{"namespace": "host"}, nil, "a.Server a.Client"},
		{"all keys of a rule", keys{"ports": []any{portOf(b.Addr)}, "executable": "*/goclient"}, nil, "b.Client"},
		{"exclude wins", keys{"executable": "*/nginx"}, keys{"namespace": "host"}, "b.Server"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			config := keys{}
			for key, rule := range map[string]keys{"include": tt.include, "exclude": tt.exclude} {
				if rule != nil {
					config[key] = []any{rule}
				}
			}
			in := onHost(t, config)
			want := strings.Fields(tt.want)
			for round := 1; round <= 2; round++ { // by the second one the kernel has been told
				a.trade(t)
				b.trade(t)
				in.WaitFor(t, patience, func(all testkit.Spans) bool {
					got := byEnd(all, a.Addr, b.Addr)
					return !slices.ContainsFunc(want, func(end string) bool { return got[end] < 5*round })
				})
			}
			if tt.include != nil || tt.exclude != nil {
				assert.Positive(t, in.metric(t, "kernel_skipped_packets", "ignored_flow"), "the kernel was told")
			}
			in.shutdown(t)
			got := byEnd(in.Spans(), a.Addr, b.Addr)
			assert.Len(t, got, len(want), "%v", got)
			for _, end := range want {
				assert.Equal(t, 10, got[end], end)
			}
		})
	}
}
