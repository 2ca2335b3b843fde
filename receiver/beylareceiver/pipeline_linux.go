//go:build amd64 || arm64

package beylareceiver

import (
	"errors"

	"go.opentelemetry.io/collector/receiver"
)

func newPipeline(*Config, receiver.Settings, func(health)) (engine, error) {
	return nil, errors.New("no pipeline")
}
