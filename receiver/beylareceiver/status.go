package beylareceiver

import (
	"sync"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/component/componentstatus"
	"go.opentelemetry.io/collector/pdata/pcommon"
)

// status reports the component's status: when it changes, and never once the
// receiver shuts down.
type status struct {
	host component.Host

	mu     sync.Mutex
	last   string
	silent bool
}

// healthy reports what an engine says of itself while it works.
func (s *status) healthy(h health) {
	if h.Err == nil {
		s.report("", componentstatus.NewEvent(componentstatus.StatusOK))
		return
	}
	s.report(h.Err.Error(), componentstatus.NewEvent(componentstatus.StatusRecoverableError,
		componentstatus.WithError(h.Err), componentstatus.WithAttributes(attributes(h))))
}

// attributes are those of an event: what is missing, and what would turn it on where.
func attributes(h health) pcommon.Map {
	attrs := pcommon.NewMap()
	if h.Scenario != "" {
		attrs.PutStr("scenario", h.Scenario)
	}
	list(attrs, "missing", h.Missing)
	list(attrs, "add", h.Add)
	return attrs
}

func list(attrs pcommon.Map, key string, words []string) {
	values := attrs.PutEmptySlice(key)
	for _, word := range words {
		values.AppendEmpty().SetStr(word)
	}
}

// broken reports that the receiver does not work and will not by itself.
func (s *status) broken(err error) {
	s.report("broken: "+err.Error(), componentstatus.NewPermanentErrorEvent(err))
}

// hush ends all reporting.
func (s *status) hush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = true
}

// report sends the event unless what names it is what was reported last. The
// empty word is the state of health in which a receiver starts.
func (s *status) report(what string, event *componentstatus.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.silent || what == s.last {
		return
	}
	s.last = what
	componentstatus.ReportStatus(s.host, event)
}
