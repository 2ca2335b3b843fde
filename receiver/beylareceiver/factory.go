package beylareceiver

import (
	"go.opentelemetry.io/collector/receiver"

	"github.com/beylareceiver/beylareceiver/receiver/beylareceiver/internal/metadata"
)

// NewFactory makes the factory of the beyla receiver. The configuration is the
// same on every platform; receivers can be created on linux/amd64 and linux/arm64.
func NewFactory() receiver.Factory {
	return receiver.NewFactory(metadata.Type, createDefaultConfig,
		receiver.WithTraces(createTraces, metadata.TracesStability))
}
