package clustertest

import (
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// object is one of the API's, as JSON.
type object = map[string]any

// token is what the service account shows.
const token = "a service account's"

// apiServer is as much of a Kubernetes API server as informers ask for: it lists and watches pods, by the
// node that they are on, over TLS, for those who show the token.
type apiServer struct {
	http *httptest.Server

	mu      sync.Mutex
	pods    map[string]object // by uid
	version int
	changed chan struct{} // closed at each change
	// asked is what was asked for, as "verb resource selector".
	asked map[string]bool
	// watched tells that somebody has been told of all pods, and is waiting for more.
	watched bool
	ending  chan struct{}
}

func startAPIServer(t *testing.T) *apiServer {
	t.Helper()
	s := &apiServer{
		pods: make(map[string]object), changed: make(chan struct{}), asked: make(map[string]bool), ending: make(chan struct{}),
	}
	s.http = httptest.NewTLSServer(http.HandlerFunc(s.serve))
	t.Cleanup(func() {
		close(s.ending)
		s.http.Close()
	})
	return s
}

// account writes what a service account has into a folder, and gives the environment that goes with it.
func (s *apiServer) account(t *testing.T) (dir string, env []string) {
	t.Helper()
	dir = t.TempDir()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.http.Certificate().Raw})
	require.NoError(t, os.WriteFile(filepath.Join(dir, "ca.crt"), ca, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "token"), []byte(token), 0o600))
	at, err := url.Parse(s.http.URL)
	require.NoError(t, err)
	return dir, []string{"KUBERNETES_SERVICE_HOST=" + at.Hostname(), "KUBERNETES_SERVICE_PORT=" + at.Port()}
}

// set makes a pod known, or another version of it.
func (s *apiServer) set(pod object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.version++
	pod["metadata"].(object)["resourceVersion"] = strconv.Itoa(s.version)
	s.pods[pod["metadata"].(object)["uid"].(string)] = pod
	close(s.changed)
	s.changed = make(chan struct{})
}

// requests are what was asked for so far, and whether somebody watches by now.
func (s *apiServer) requests() (asked []string, watched bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.asked)), s.watched
}

func (s *apiServer) serve(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+token {
		http.Error(w, "who is that?", http.StatusUnauthorized)
		return
	}
	query := r.URL.Query()
	verb := "list"
	if query.Get("watch") != "" {
		verb = "watch"
	}
	s.mu.Lock()
	s.asked[verb+" "+r.URL.Path+" "+query.Get("fieldSelector")] = true
	s.mu.Unlock()
	node, ofNode := strings.CutPrefix(query.Get("fieldSelector"), "spec.nodeName=")
	if r.URL.Path != "/api/v1/pods" || !ofNode {
		http.Error(w, "no rights to that", http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	if verb == "list" {
		pods, version, _ := s.since(node, 0)
		_ = json.NewEncoder(w).Encode(object{
			"apiVersion": "v1", "kind": "PodList", "metadata": object{"resourceVersion": strconv.Itoa(version)}, "items": pods,
		})
		return
	}
	s.watch(w, r, node)
}

// since gives the pods of a node that are newer than a version, the newest version, and what is closed when it no longer is.
func (s *apiServer) since(node string, version int) (pods []object, newest int, changed <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	pods = []object{}
	for _, uid := range slices.Sorted(maps.Keys(s.pods)) {
		pod := s.pods[uid]
		at, _ := strconv.Atoi(pod["metadata"].(object)["resourceVersion"].(string))
		if at > version && pod["spec"].(object)["nodeName"] == node {
			pods = append(pods, pod)
		}
	}
	return pods, s.version, s.changed
}

// watch sends what there is, where that is wanted (sendInitialEvents), a bookmark that says so, and then what
// changes: https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists.
func (s *apiServer) watch(w http.ResponseWriter, r *http.Request, node string) {
	events, flush := json.NewEncoder(w), http.NewResponseController(w)
	initial := r.URL.Query().Get("sendInitialEvents") == "true"
	version, _ := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	if initial {
		version = 0
	}
	for kind := "ADDED"; ; kind = "MODIFIED" {
		pods, newest, changed := s.since(node, version)
		for _, pod := range pods {
			_ = events.Encode(object{"type": kind, "object": pod})
		}
		if initial {
			_ = events.Encode(object{"type": "BOOKMARK", "object": object{"apiVersion": "v1", "kind": "Pod", "metadata": object{
				"resourceVersion": strconv.Itoa(newest), "annotations": object{"k8s.io/initial-events-end": "true"},
			}}})
			initial = false
		}
		_ = flush.Flush()
		version = newest
		s.mu.Lock()
		s.watched = true
		s.mu.Unlock()
		select {
		case <-changed:
		case <-r.Context().Done():
			return
		case <-s.ending:
			return
		}
	}
}
