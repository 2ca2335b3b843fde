//go:build linux && (amd64 || arm64)

package tap_test

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A dozing reader is woken by the first record, and looks often again after it.
func TestDoze(t *testing.T) {
	w := look(t)
	l, port := listen(t, "tcp4", "127.0.0.1:0")
	w.port = port
	p := dial(t, l, l.Addr().String())
	for { // what opening the connection brought
		if err := w.Read(&w.raw); err != nil {
			require.ErrorIs(t, err, os.ErrDeadlineExceeded)
			break
		}
	}

	w.Doze()
	begin := time.Now()
	require.ErrorIs(t, w.Read(&w.raw), os.ErrDeadlineExceeded)
	require.Greater(t, time.Since(begin), 500*time.Millisecond, "it must not have looked every few milliseconds")

	w.Doze()
	const pause = 100 * time.Millisecond
	asked := make(chan struct{})
	begin = time.Now()
	time.AfterFunc(pause, func() {
		defer close(asked)
		p.ask("GET /\n")
	})
	require.NoError(t, w.Read(&w.raw))
	took := time.Since(begin)
	require.GreaterOrEqual(t, took, pause)
	require.Less(t, took, 600*time.Millisecond, "the record must have woken it")
	<-asked
	for w.Read(&w.raw) == nil {
	}
	begin = time.Now()
	require.ErrorIs(t, w.Read(&w.raw), os.ErrDeadlineExceeded)
	require.Less(t, time.Since(begin), 500*time.Millisecond, "awake again")
}
