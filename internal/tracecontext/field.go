package tracecontext

// field is one of the header fields that a Reader keeps. Those above the named
// ones are for request ids.
type field uint8

const (
	traceParent field = iota
	traceState
	b3Single
	b3TraceID
	b3SpanID
	b3Sampled
	b3Flags
	uberTraceID
	datadogTraceID
	datadogParentID
	datadogPriority
	datadogTags
	sw8
	amznTraceID
	firstRequestID
)

// maxFields is how many fields a Reader can keep; they are the bits of a set.
const maxFields = int(firstRequestID) + MaxRequestIDs

// values are the values of the fields that are there; nil for the others.
type values [maxFields][]byte

// set is a set of fields.
type set uint32

func (f field) bit() set { return 1 << f }

// codec is how a format is read.
type codec struct {
	format Format
	fields []wanted // the first is the one without which there is no context
	parse  func(*values) (Context, bool)
}

// wanted is a field by its name, in lower case.
type wanted struct {
	name  string
	field field
}

func codecs() []codec {
	return []codec{
		{W3C, []wanted{{"traceparent", traceParent}, {"tracestate", traceState}}, parseW3C},
		{B3, []wanted{{"b3", b3Single}}, parseB3},
		{B3Multi, []wanted{
			{"x-b3-traceid", b3TraceID}, {"x-b3-spanid", b3SpanID},
			{"x-b3-sampled", b3Sampled}, {"x-b3-flags", b3Flags},
		}, parseB3Multi},
		{Jaeger, []wanted{{"uber-trace-id", uberTraceID}}, parseJaeger},
		{Datadog, []wanted{
			{"x-datadog-trace-id", datadogTraceID}, {"x-datadog-parent-id", datadogParentID},
			{"x-datadog-sampling-priority", datadogPriority}, {"x-datadog-tags", datadogTags},
		}, parseDatadog},
		{SkyWalking, []wanted{{"sw8", sw8}}, parseSkyWalking},
		{XRay, []wanted{{"x-amzn-trace-id", amznTraceID}}, parseXRay},
	}
}
