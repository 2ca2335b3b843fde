//go:build !linux || !(amd64 || arm64)

package beylareceiver

import (
	"context"
	"fmt"
	"runtime"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/receiver"
)

func createTraces(context.Context, receiver.Settings, component.Config, consumer.Traces) (receiver.Traces, error) {
	return nil, fmt.Errorf("the beyla receiver runs on linux/amd64 and linux/arm64 only, not on %s/%s",
		runtime.GOOS, runtime.GOARCH)
}
