package sampling

import (
	"encoding/binary"
	"strings"
)

// rvDigits is how many hexadecimal digits 56 bits have.
const rvDigits = 14

// randomness is R as the trace id gives it: the last 56 bits.
func randomness(traceID *[16]byte) uint64 {
	return binary.BigEndian.Uint64(traceID[8:]) & (everything - 1)
}

// explicit is R as a tracestate gives it, in the rv of OpenTelemetry's member
// (https://opentelemetry.io/docs/specs/otel/trace/tracestate-handling/). An rv that is not
// 14 lower-case hexadecimal digits, or that is there twice, is none.
func explicit(state string) (r uint64, ok bool) {
	for rest := member(state); rest != ""; {
		var item string
		item, rest, _ = strings.Cut(rest, ";")
		digits, found := strings.CutPrefix(item, "rv:")
		if !found {
			continue
		}
		if ok {
			return 0, false
		}
		if r, ok = parse(digits); !ok {
			return 0, false
		}
	}
	return r, ok
}

// member is the value of OpenTelemetry's own member of a tracestate, whose
// grammar tracecontext has checked; empty when there is none. A tenant's ("x@ot") is not ours to read.
func member(state string) string {
	for state != "" {
		var item string
		item, state, _ = strings.Cut(state, ",")
		if value, found := strings.CutPrefix(strings.TrimLeft(item, " \t"), "ot="); found {
			return strings.TrimRight(value, " \t")
		}
	}
	return ""
}

func parse(digits string) (r uint64, ok bool) {
	if len(digits) != rvDigits {
		return 0, false
	}
	for i := range len(digits) {
		switch c := digits[i]; {
		case '0' <= c && c <= '9':
			r = r<<4 | uint64(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
