package beylareceiver

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.uber.org/zap"

	"github.com/beylareceiver/beylareceiver/internal/explain"
)

// defaultExplain serves to this machine alone.
func defaultExplain() confighttp.ServerConfig {
	c := confighttp.NewDefaultServerConfig()
	c.NetAddr.Endpoint = "localhost:55690"
	return c
}

// explained is an engine that can tell what became of each connection.
type explained interface {
	// Explain gives what is known of the connections, by the end of ctx.
	Explain(ctx context.Context) (*explain.Snapshot, error)
	// Found is what was found out at the start; nil if nothing was.
	Found() explain.Report
}

// explainPage is the server of the explain page, from Start to Shutdown. Its methods may
// be called on nil: there is no page then.
type explainPage struct {
	server *http.Server
	done   chan struct{} // closed when nothing is served any more
}

// farewell is how long a request under way may hold up Shutdown.
const farewell = time.Second

// openPage serves the explain page of a running engine, if it is configured.
func (r *tracesReceiver) openPage(ctx context.Context, eng engine, host component.Host) (*explainPage, error) {
	src, ok := eng.(explained)
	section := r.cfg.Explain.Get()
	if section == nil || !ok {
		return nil, nil
	}
	cfg := *section // serving fills in defaults
	ln, err := cfg.ToListener(ctx)
	if err != nil {
		return nil, fmt.Errorf("explain.endpoint: %w", err)
	}
	handler, err := explain.NewHandler(&explainSource{explained: src, engine: eng, book: r.book}, explain.Options{
		Receiver: r.set.ID.String(), Report: src.Found(), LocalOnly: loopback(ln.Addr()),
	})
	if err != nil {
		return nil, errors.Join(err, ln.Close())
	}
	p := &explainPage{done: make(chan struct{})}
	if p.server, err = cfg.ToServer(ctx, host.GetExtensions(), r.set.TelemetrySettings, handler); err != nil {
		return nil, errors.Join(fmt.Errorf("explain: %w", err), ln.Close())
	}
	r.set.Logger.Info("serving the explain page", zap.Stringer("address", ln.Addr()), zap.String("path", "/explain"))
	go func() {
		defer close(p.done)
		if err := p.server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			r.set.Logger.Error("the explain page is served no more", zap.Error(err))
		}
	}()
	return p, nil
}

// close ends the serving.
func (p *explainPage) close(ctx context.Context) error {
	if p == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, farewell)
	defer cancel()
	err := p.server.Shutdown(ctx)
	if err != nil { // somebody reads slowly
		err = p.server.Close()
	}
	<-p.done
	if err != nil {
		return fmt.Errorf("close the explain page: %w", err)
	}
	return nil
}

func loopback(a net.Addr) bool {
	tcp, ok := a.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// explainSource is a running engine as the page asks it.
type explainSource struct {
	explained
	engine engine
	book   *telemetry
}

var _ explain.Source = (*explainSource)(nil)

// Account implements explain.Source.
func (s *explainSource) Account() explain.Account {
	var st stats
	s.engine.Stats(&st)
	return explain.Account{
		Messages: explain.Messages{
			Received: st.Received, Used: st.Used, Held: st.Held,
			Dropped: byWhat(st.Dropped), Filtered: byWhat(st.Filtered),
		},
		Spans: explain.Spans{Emitted: s.book.emitted.Load(), Refused: s.book.refusedTotal(&st)},
		Kernel: explain.Kernel{
			Packets: st.Packets, Messages: st.KernelMessages, FailedConnects: st.FailedConnects, Shed: st.Shed,
			Lost: byWhat(st.KernelLost), Skipped: byWhat(st.KernelSkipped),
		},
		Limits: map[string]explain.Gauge{
			"flows": explain.Gauge(st.Flows), "inflight_exchanges": explain.Gauge(st.Inflight),
			"reassembly_bytes": explain.Gauge(st.ReassemblyBytes), "processes": explain.Gauge(st.Processes),
			"ring_bytes": {Value: st.RingBytes, Limit: st.RingCapacity},
		},
	}
}

func byWhat(counts []count) map[string]uint64 {
	m := make(map[string]uint64, len(counts))
	for _, c := range counts {
		m[c.What] = c.N
	}
	return m
}
