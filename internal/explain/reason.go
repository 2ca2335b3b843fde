package explain

// Reason is why something became no span: a reason of the metrics, or Pending.
type Reason string

// Pending says that nothing speaks against a span so far: what was seen is not whole yet.
const Pending Reason = "pending"

// unknownProtocol is the only reason that says more when it is known what the bytes look like.
const unknownProtocol Reason = "unknown_protocol"

// Text says the reason in words, and what can be done. A reason without words is its own.
func (r Reason) Text() string {
	if t, ok := words(r); ok {
		return t
	}
	return string(r)
}

func words(r Reason) (string, bool) {
	switch r {
	case "":
		return "", true
	case Pending:
		return "nothing is complete yet: no protocol recognised so far, or the response is under way", true
	case unknownProtocol:
		return "no protocol that the receiver reads was recognised in its bytes", true
	case "flow_table_full":
		return "too many connections at once: raise limits.flows", true
	case "inflight_full":
		return "too many requests without a response at once: raise limits.inflight_exchanges", true
	case "gap":
		return "bytes are missing where they are needed: lost records (see kernel losses), or a head beyond capture.window_kib", true
	case "parser_gave_up":
		return "the protocol was recognised, but later bytes do not follow it", true
	case "no_request":
		return "a response whose request was not seen, as on connections older than the receiver", true
	case "no_response":
		return "a request whose response was not observed", true
	case "opaque":
		return "after an upgrade or CONNECT the connection carries something else", true
	case "listener_expired":
		return "data of a handshake whose connection never showed up", true
	case "malformed":
		return "the record or packet failed a length check", true
	case "duplicate":
		return "nothing in it that was not seen before", true
	case "unselected":
		return "left out by the include and exclude rules", true
	case "otlp_export":
		return "telemetry export of another process: drop_otlp_exports is on", true
	case "health_probe":
		return "health probe: http.drop_health_probes is on", true
	case "protocol_off":
		return "the configuration switches this protocol off", true
	case "not_sampled":
		return "the sampler left the trace out: traces.sampling", true
	}
	return "", false
}

// Explanation is the reason in words, with what the bytes look like when nobody knows them.
func (c *Connection) Explanation() string {
	if c.Reason != unknownProtocol && c.Reason != Pending {
		return c.Reason.Text()
	}
	switch c.Looks {
	case "tls":
		return "encrypted (TLS): what it carries cannot be read"
	case "http2":
		return "HTTP/2, as gRPC uses it: not a protocol that the receiver reads"
	case "ssh":
		return "SSH: encrypted"
	}
	return c.Reason.Text()
}
