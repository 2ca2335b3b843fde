package topology

import (
	"github.com/beylareceiver/beylareceiver/internal/testkit"
)

// Scene is a row that runs.
type Scene struct {
	// Processes by the name of the service.
	Processes map[string]*testkit.Process
	// Restart ends the receiver and starts another one.
	Restart func()
}
