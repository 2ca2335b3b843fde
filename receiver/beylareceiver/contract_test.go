package beylareceiver

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pipeline"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/receivertest"
)

// generator feeds the engine of whichever receiver was made last.
type generator struct {
	mu     sync.Mutex
	engine *fakeEngine
	n      int
}

func (*generator) Start() {}
func (*generator) Stop()  {}

func (g *generator) Generate() []receivertest.UniqueIDAttrVal {
	g.mu.Lock()
	g.n++
	id, ch := strconv.Itoa(g.n), g.engine.ch
	g.mu.Unlock()
	ch <- newFakeBatch(id)
	return []receivertest.UniqueIDAttrVal{receivertest.UniqueIDAttrVal(id)}
}

func (g *generator) create(cfg *Config, set receiver.Settings, report func(health)) (engine, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.engine = newFakeEngine()
	return g.engine.create(cfg, set, report)
}

func TestConsumeContract(t *testing.T) {
	g := new(generator)
	f := fakeFactory(g.create, backoff{First: time.Microsecond, Most: time.Millisecond, Total: time.Minute})
	receivertest.CheckConsumeContract(receivertest.CheckConsumeContractParams{
		T: t, Factory: f, Signal: pipeline.SignalTraces, Config: f.CreateDefaultConfig(), Generator: g, GenerateCount: 1000,
	})
}
