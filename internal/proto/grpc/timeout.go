package grpc

import "math"

// The most digits that the protocols allow.
const (
	maxTimeoutDigits = 8
	maxConnectDigits = 10
)

// grpcTimeout reads grpc-timeout, in ns: at most eight digits and a unit
// (https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests).
func grpcTimeout(b []byte) (ns int64, ok bool) {
	if len(b) < 2 {
		return 0, false
	}
	last := len(b) - 1
	n, ok := digits(b[:last], maxTimeoutDigits)
	if !ok {
		return 0, false
	}
	var unit int64
	switch b[last] {
	case 'n':
		unit = 1
	case 'u':
		unit = 1e3
	case 'm':
		unit = 1e6
	case 'S':
		unit = 1e9
	case 'M':
		unit = 60e9
	case 'H':
		unit = 3600e9
	default:
		return 0, false
	}
	if n > math.MaxInt64/unit { // more than 292 years
		return math.MaxInt64, true
	}
	return n * unit, true
}

// connectTimeout reads connect-timeout-ms, in ns.
func connectTimeout(b []byte) (ns int64, ok bool) {
	n, ok := digits(b, maxConnectDigits)
	return n * 1e6, ok
}

// digits reads a decimal number of at most so many digits.
func digits(b []byte, most int) (n int64, ok bool) {
	if len(b) == 0 || len(b) > most {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
