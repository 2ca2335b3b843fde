//go:build amd64 || arm64

package beylareceiver

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

// An overload is a recoverable error while it lasts. Afterwards all is as it was found at the start, which need
// not be well.
func TestOverloadIsReported(t *testing.T) {
	errOwner := errors.New("CAP_PERFMON is missing")
	for name, able := range map[string]health{"well": {}, "without owners": {Err: errOwner, Missing: []string{"owners"}}} {
		t.Run(name, func(t *testing.T) {
			core, logs := observer.New(zapcore.InfoLevel)
			set, host := fakeSettings(), newStatusHost()
			set.Logger = zap.New(core)
			e, err := newPipeline(createDefaultConfig().(*Config), set, (&status{host: host}).healthy)
			require.NoError(t, err)
			p := e.(*pipelineEngine)
			if able.Err != nil {
				p.works(able)
			}
			p.cfg.Overloaded(true)
			last := host.events[len(host.events)-1]
			assert.Equal(t, componentstatus.StatusRecoverableError, last.Status())
			require.ErrorIs(t, last.Err(), errOverload)
			p.cfg.Overloaded(false)
			last = host.events[len(host.events)-1]
			if able.Err == nil {
				assert.Equal(t, componentstatus.StatusOK, last.Status())
			} else {
				assert.Equal(t, componentstatus.StatusRecoverableError, last.Status())
				assert.ErrorIs(t, last.Err(), errOwner)
				assert.NotErrorIs(t, last.Err(), errOverload)
			}
			assert.Equal(t, []zapcore.Level{zapcore.WarnLevel, zapcore.InfoLevel}, []zapcore.Level{logs.All()[0].Level, logs.All()[1].Level})
		})
	}
}
