package quic

import "strconv"

// used tells whether a version is one that somebody uses
// (https://www.iana.org/assignments/quic/quic.xhtml#quic-versions): of IETF, a draft, Google's Q046
// or T051, Meta's, or one reserved to be refused.
func used(version uint32) bool {
	switch {
	case version>>8 == 0xff0000, version>>16 == 0 && version != 0:
		return true
	case version>>4 == 0xfaceb00:
		return true
	case version&0x0f0f0f0f == 0x0a0a0a0a:
		return true
	}
	first := version >> 24
	if first != 'Q' && first != 'T' {
		return version == version2
	}
	for shift := 0; shift < 24; shift += 8 {
		if c := version >> shift & 0xff; c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// appendVersion appends a version as network.protocol.version says it.
func appendVersion(b []byte, version uint32) []byte {
	switch {
	case version == version1:
		return append(b, '1')
	case version == version2:
		return append(b, '2')
	case version>>8 == 0xff0000:
		return strconv.AppendUint(append(b, "draft-"...), uint64(version&0xff), 10)
	}
	return strconv.AppendUint(append(b, "0x"...), uint64(version), 16)
}

// errorNames are the transport errors (RFC 9000, section 20.1).
var errorNames = [...]string{
	1: "internal_error", 2: "connection_refused", 3: "flow_control_error", 4: "stream_limit_error",
	5: "stream_state_error", 6: "final_size_error", 7: "frame_encoding_error", 8: "transport_parameter_error",
	9: "connection_id_limit_error", 10: "protocol_violation", 11: "invalid_token", 12: "application_error",
	13: "crypto_buffer_exceeded", 14: "key_update_error", 15: "aead_limit_reached", 16: "no_viable_path",
	17: "version_negotiation_error",
}

// errorType is a transport error as error.type; empty for none.
func errorType(code uint64) string {
	switch {
	case code == 0:
		return ""
	case code < uint64(len(errorNames)):
		return "quic_" + errorNames[code]
	}
	return "quic_unknown"
}
