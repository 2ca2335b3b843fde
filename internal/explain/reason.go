package explain

// Reason is why something became no span: a reason of the metrics, or Pending.
type Reason string

// Pending says that nothing speaks against a span so far: what was seen is not whole yet.
const Pending Reason = "pending"

// Of this one more is said when it is known what the bytes look like.
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
		return "nothing speaks against a span so far", true
	case unknownProtocol:
		return "no protocol that the receiver reads was recognised", true
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
		return "after an upgrade or CONNECT the connection carries something else, which is not read", true
	case "listener_expired":
		return "data of a handshake whose connection never showed up", true
	case "malformed":
		return "the record or packet failed a length check", true
	case "duplicate":
		return "nothing in it that was not seen before", true
	case "unselected":
		return "left out by the include and exclude rules", true
	case "otlp_export":
		return "another process exports telemetry: drop_otlp_exports", true
	case "health_probe":
		return "health probe: http.drop_health_probes", true
	case "protocol_off":
		return "the configuration switches this protocol off", true
	case "doubled":
		return "seen on an interface as well as at a socket, which tells it", true
	case "not_sampled":
		return "the sampler left the trace out: traces.sampling", true
	case "housekeeping":
		return "the protocol's own housekeeping, in which there is no request", true
	}
	return "", false
}

// Explanation is the reason in words, with what is known of the connection besides.
func (c *Connection) Explanation() string {
	unclaimed := c.Reason == unknownProtocol || c.Reason == Pending && c.Protocol == ""
	switch {
	case c.Reason == Pending && (c.Protocol == "opaque" || c.Protocol == "quic"):
		return "what it carries cannot be read: its span comes when it is over, or after traces.stream_report_interval"
	case c.Looks == "tls" && unclaimed:
		return "encrypted (TLS): what it carries cannot be read"
	case c.Looks == "ssh" && unclaimed:
		return "SSH: encrypted"
	case c.Reason == Pending && unclaimed:
		return "no protocol recognised so far"
	case c.Reason == Pending:
		return "no request and response are complete yet"
	}
	return c.Reason.Text()
}
