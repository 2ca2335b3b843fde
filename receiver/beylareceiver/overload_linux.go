//go:build amd64 || arm64

package beylareceiver

import "errors"

// errOverload is what the component's status says for as long as exchanges are left out.
var errOverload = errors.New("more traffic than can be read: some exchanges are left out, and counted in otelcol_beyla_shed_messages and otelcol_beyla_kernel_losses")

// works reports what was found at the start of what works and what does not.
func (p *pipelineEngine) works(h health) {
	p.able = h
	p.report(h)
}

// overloaded reports that more comes than is read, or no more. The pipeline calls it.
func (p *pipelineEngine) overloaded(on bool) {
	h := p.able
	if on {
		h.Err = errors.Join(h.Err, errOverload)
		p.logger.Warn(errOverload.Error())
	} else {
		p.logger.Info("all traffic is read again")
	}
	p.report(h)
}
