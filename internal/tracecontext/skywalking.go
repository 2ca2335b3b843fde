package tracecontext

import (
	"bytes"
	"encoding/base64"
	"math"
)

// Lengths of the ids in an sw8 field, decoded.
const (
	segmentHex   = 32 // the digits that a segment's id begins with
	otelSegment  = 16 // the span id that OpenTelemetry's own propagator writes for it
	maxSW8ID     = 96
	sw8Delimiter = 7 // in the whole field
)

// parseSkyWalking reads an sw8 field,
// {sample}-{trace id}-{segment id}-{span id}-{service}-{instance}-{endpoint}-{address}
// (https://skywalking.apache.org/docs/main/latest/en/api/x-process-propagation-headers-v3/),
// strings in base 64. Its ids are strings; they are converted as the Collector's skywalking
// receiver converts those of the spans that it receives
// (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/translator/skywalking),
// so that the parent is the span that comes from there.
//
// A segment id that is a UUID with dashes (Envoy) has no context: there, all
// spans of such a segment have the same id.
func parseSkyWalking(v *values) (c Context, ok bool) {
	sample, rest, _ := cut(v[sw8], '-')
	trace, rest, _ := cut(rest, '-')
	segment, rest, _ := cut(rest, '-')
	number, _, _ := cut(rest, '-')
	if bytes.Count(v[sw8], []byte{'-'}) < sw8Delimiter || len(sample) != 1 || !c.sample(sample[0]) {
		return Context{}, false
	}
	span, ok := decimal(number)
	if !ok {
		return Context{}, false
	}
	var text [maxSW8ID]byte
	if !sw8TraceID(&c.TraceID, sw8Text(&text, trace)) || !sw8SpanID(&c.SpanID, sw8Text(&text, segment), span) || !c.whole() {
		return Context{}, false
	}
	return c, true
}

// sw8Text decodes base 64; what is too long or malformed is empty.
func sw8Text(text *[maxSW8ID]byte, b []byte) []byte {
	if base64.StdEncoding.DecodedLen(len(b)) > maxSW8ID {
		return nil
	}
	n, err := base64.StdEncoding.Decode(text[:], b)
	if err != nil {
		return nil
	}
	return text[:n]
}

// sw8TraceID converts a trace id: 32 hex digits, with or without a UUID's
// dashes, or the Java agent's form of a segment id.
func sw8TraceID(id *[16]byte, text []byte) bool {
	switch {
	case len(text) == segmentHex:
		return decodeNumber(id[:], text)
	case len(text) == uuidLen:
		var digits [segmentHex]byte
		n := 0
		for i, c := range text {
			if uuidDash(i) != (c == '-') {
				return false
			}
			if c != '-' {
				digits[n] = c
				n++
			}
		}
		return decodeNumber(id[:], digits[:])
	}
	return len(text) > uuidLen && segmentUUID(id, text, 0)
}

// sw8SpanID converts a segment id and the number of a span in it: the halves of
// the segment's UUID, one upon the other.
func sw8SpanID(id *[8]byte, segment []byte, span uint64) bool {
	if len(segment) == otelSegment {
		return decodeSpanID(id, segment)
	}
	var uuid [16]byte
	if span > math.MaxInt32 || !segmentUUID(&uuid, segment, uint32(span)) {
		return false
	}
	for i := range id {
		id[i] = uuid[i] ^ uuid[i+8]
	}
	return true
}

// segmentUUID makes a UUID of a segment's id: 32 hex digits, and in Java also a
// thread and a time in decimal, with dots between. The digits are the UUID; upon its
// bytes, from the left, lie those of the span's number (4), the thread (4) and
// the time (8), each little-endian.
func segmentUUID(id *[16]byte, text []byte, span uint32) bool {
	if len(text) < segmentHex || !decodeNumber(id[:], text[:segmentHex]) {
		return false
	}
	overlay(id[:4], uint64(span))
	if len(text) == segmentHex {
		return true
	}
	first, last := bytes.IndexByte(text, '.'), bytes.LastIndexByte(text, '.')
	if first != segmentHex || last == first {
		return false
	}
	thread, ok := decimal(text[first+1 : last])
	time, also := decimal(text[last+1:])
	if !ok || !also || thread > math.MaxInt64 || time > math.MaxInt64 {
		return false
	}
	overlay(id[4:8], thread)
	overlay(id[8:], time)
	return true
}

func overlay(b []byte, n uint64) {
	for i := range b {
		b[i] ^= byte(n)
		n >>= 8
	}
}
