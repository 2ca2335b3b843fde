package testkit

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// PythonHTTP is a running "python3 -m http.server" over a folder that holds
// hello.txt ("hello\n") and big.txt (1 MiB). It answers with HTTP/1.0 and closes.
type PythonHTTP struct {
	*Process
	Addr, URL string
}

// StartPythonHTTP starts the server on 127.0.0.1.
func StartPythonHTTP(t testing.TB, place Place) *PythonHTTP {
	t.Helper()
	Need(t, "python3")
	dir := t.TempDir()
	files := map[string][]byte{"hello.txt": []byte("hello\n"), "big.txt": Text(1 << 20)}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatalf("fill the python server's folder: %v", err)
		}
	}
	port := FreePort(t)
	number := strconv.Itoa(int(port))
	addr := "127.0.0.1:" + number
	return &PythonHTTP{
		Addr: addr, URL: "http://" + addr,
		Process: Start(t, Spec{
			Args:  []string{"python3", "-u", "-m", "http.server", number, "--bind", "127.0.0.1", "--directory", dir},
			Place: place,
			TCP:   port,
		}),
	}
}
