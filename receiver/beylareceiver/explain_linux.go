//go:build amd64 || arm64

package beylareceiver

import (
	"context"

	"github.com/beylareceiver/beylareceiver/internal/explain"
)

var _ explained = (*pipelineEngine)(nil)

// Explain implements explained.
func (p *pipelineEngine) Explain(ctx context.Context) (*explain.Snapshot, error) {
	return p.inner.Explain(ctx)
}

// Found implements explained.
func (p *pipelineEngine) Found() explain.Report {
	if p.found == nil {
		return nil // a nil pointer in an interface is not nil
	}
	return p.found
}
