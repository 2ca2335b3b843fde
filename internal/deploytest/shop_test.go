package deploytest

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// The identities of a pod with two containers, and of a client elsewhere.
const podUID = "7f0c2a4e-1b3d-4c5e-8f60-718293a4b5c6"

var (
	frontID  = strings.Repeat("f1", 32)
	backID   = strings.Repeat("b2", 32)
	clientID = strings.Repeat("c3", 32)
)

// shop is a proxy in front of a server, each in a container of a pod, and where the client's
// container is. All of it is root's, as in most images.
type shop struct {
	front, back *testkit.Nginx
	client      testkit.Place
}

func openShop(t *testing.T) *shop {
	t.Helper()
	place := func(id string) testkit.Place {
		return testkit.NewCgroup(t, testkit.KubernetesCgroup(podUID, id)).Place()
	}
	s := &shop{client: testkit.NewCgroup(t, testkit.DockerCgroup(clientID)).Place()}
	s.back = testkit.StartNginx(t, testkit.NginxOptions{Place: place(backID)})
	s.front = testkit.StartNginx(t, testkit.NginxOptions{
		Place: place(frontID), Upstream: s.back.Addr,
		Directives: `location /pass/ { proxy_pass http://kit/; proxy_http_version 1.1; proxy_set_header Connection ""; }`,
	})
	return s
}

// rules are the receiver's options that leave out what else the host does than the shop
// and these servers.
func (s *shop) rules(t *testing.T, more ...*testkit.Nginx) string {
	t.Helper()
	var ports []string
	for _, n := range append(more, s.front, s.back) {
		_, port, err := net.SplitHostPort(n.Addr)
		require.NoError(t, err)
		ports = append(ports, port)
	}
	return "{include: [{ports: [" + strings.Join(ports, ", ") + "]}]}"
}

// visit has curl ask the proxy, which asks the server and repeats the request's id, and gives
// curl's process number.
func (s *shop) visit(t *testing.T) int {
	t.Helper()
	p := testkit.Start(t, testkit.Spec{
		Args: []string{
			"curl", "--silent", "--fail", "--noproxy", "*", "--max-time", "20",
			"--header", "X-Request-ID: 8f14e45f-ceea-467f-a9c1-0d2f6c3b7a55", s.front.URL + "/pass/",
		},
		Env:   []string{"OTEL_SERVICE_NAME=visitor"},
		Place: s.client,
	})
	require.NoError(t, p.Wait(t, patience), "%s", p.Output())
	require.Equal(t, "hello\n", p.Output())
	return p.PID()
}

// hops are the four spans of one visit, in the order of time.
type hops struct{ client, front, upstream, back testkit.Span }

func (a *agent) hops(t *testing.T, s *shop) hops {
	t.Helper()
	front, back := a.at(t, s.front.Addr, 2), a.at(t, s.back.Addr, 2)
	return hops{
		client: front.Kind("Client").One(t), front: front.Kind("Server").One(t),
		upstream: back.Kind("Client").One(t), back: back.Kind("Server").One(t),
	}
}

// worker is the process number of nginx's only worker.
func worker(t *testing.T, n *testkit.Nginx) int64 { t.Helper(); return onlyChild(t, n.PID()) }

// onlyChild is the number of a process's only child.
func onlyChild(t *testing.T, parent int) int64 {
	t.Helper()
	pid := strconv.Itoa(parent)
	text, err := os.ReadFile("/proc/" + pid + "/task/" + pid + "/children")
	require.NoError(t, err)
	number, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	require.NoError(t, err)
	return number
}
