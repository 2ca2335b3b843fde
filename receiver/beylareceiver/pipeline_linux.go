//go:build amd64 || arm64

package beylareceiver

import (
	"context"
	"errors"
	"fmt"
	"io"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.uber.org/zap"

	"github.com/beylareceiver/beylareceiver/internal/pipeline"
	"github.com/beylareceiver/beylareceiver/internal/preflight"
	"github.com/beylareceiver/beylareceiver/internal/privilege"
	"github.com/beylareceiver/beylareceiver/internal/traces"
)

// pipelineEngine is the engine of a real receiver: internal/pipeline, behind
// the door's interface.
type pipelineEngine struct {
	cfg    pipeline.Config
	logger *zap.Logger
	report func(health)
	traces *traces.Builder
	drop   bool // capabilities, after the start

	inner *pipeline.Engine
	found *preflight.Report // nil for a capture
	able  health            // as found at the start
	// done is closed once the pipeline has ended and freed everything; err and
	// closeErr are set by then.
	done          chan struct{}
	err, closeErr error
}

func newPipeline(cfg *Config, set receiver.Settings, report func(health)) (engine, error) {
	c, err := pipelineConfig(cfg, set.BuildInfo.Version)
	if err != nil {
		return nil, err
	}
	p := &pipelineEngine{
		cfg: c, logger: set.Logger, report: report, drop: cfg.DropCapabilities,
		traces: traces.NewBuilder(set.BuildInfo.Version),
		done:   make(chan struct{}),
	}
	p.cfg.Overloaded = p.overloaded
	return p, nil
}

// Start implements engine. Opening takes well below a second and cannot be interrupted.
func (p *pipelineEngine) Start(context.Context) error {
	if p.drop {
		if err := privilege.Raise(); err != nil { // an earlier instance may have dropped them
			return err
		}
	}
	inner, err := pipeline.Open(p.cfg)
	if err != nil {
		return p.explain(err)
	}
	p.inner = inner
	p.preflight()
	if p.drop {
		p.dropCapabilities()
	}
	go func() {
		defer close(p.done)
		p.err = inner.Run()
		p.closeErr = inner.Close()
	}()
	return nil
}

// dropCapabilities keeps what goes on being needed; where that fails the receiver works on as it is.
func (p *pipelineEngine) dropCapabilities() {
	dropped, err := privilege.Drop(p.inner.Reachable)
	if err != nil {
		p.logger.Warn("capabilities that are no longer needed stay", zap.Error(err))
		return
	}
	p.logger.Info("capabilities dropped until the next start", zap.Strings("capabilities", dropped))
}

// Next implements engine.
func (p *pipelineEngine) Next() (batch, error) {
	if b, ok := <-p.inner.Batches(); ok {
		return &pipelineBatch{Batch: b, traces: p.traces}, nil
	}
	<-p.done
	if p.err != nil {
		return nil, p.err
	}
	return nil, io.EOF
}

// Shutdown implements engine. Past ctx's deadline the pipeline ends, and frees
// everything, as soon as the reader has taken what is left.
func (p *pipelineEngine) Shutdown(ctx context.Context) error {
	if p.inner == nil {
		return nil
	}
	err := p.inner.Stop()
	select {
	case <-p.done:
		return errors.Join(err, p.closeErr)
	case <-ctx.Done():
		return errors.Join(err, fmt.Errorf("flush what is held: %w", ctx.Err()))
	}
}

// pipelineBatch is a batch of the pipeline that can be made pdata of.
type pipelineBatch struct {
	*pipeline.Batch
	traces *traces.Builder
}

// Len implements batch.
func (b *pipelineBatch) Len() int { return len(b.Spans()) }

// Build implements batch.
func (b *pipelineBatch) Build() ptrace.Traces { return b.traces.Build(b.Spans()) }
