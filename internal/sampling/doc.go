// Package sampling decides which traces are kept, from their ids alone, so that everybody
// who decides by the same rule keeps the same traces. It follows OpenTelemetry's
// consistent probability sampling
// (https://opentelemetry.io/docs/specs/otel/trace/tracestate-probability-sampling/):
//
//   - R, the randomness of a trace, is the last 56 bits of its id, which W3C
//     Trace Context level 2 asks to be random
//     (https://www.w3.org/TR/trace-context-2/#randomness-of-trace-id), or the
//     rv that the tracestate carries in their place, as in "ot=rv:6e6d1a75832a2f".
//   - T, the rejection threshold, is (1 - ratio) * 2^56.
//   - A trace is kept if R >= T. Whoever keeps more keeps the same ones, and others.
//
// # What others decided
//
// A context from the wire says with its sampled flag whether its trace is being
// kept. With parentBased that flag decides, unless the sender left the decision to us.
//
// Without it, R and T decide. The threshold that an earlier sampler left in the
// tracestate ("ot=th:c") is respected by that without being read: what was
// sampled with a th above T has R >= th > T, and is kept as it is; what was sampled with a lower one
// is thinned out to T. A th that contradicts its own R counts for nothing,
// as the specification has it. None is ever written: the tracestate stays
// what it was, so after thinning out, a th in it speaks of the earlier sampler alone.
//
// A context without the random flag may have an id that is not random (AWS puts the
// time into its ids, but into the front). Its last 56 bits are used all the
// same, as OpenTelemetry's SDKs do: the decision is as consistent as ever, its
// ratio as good as the ids are.
package sampling
