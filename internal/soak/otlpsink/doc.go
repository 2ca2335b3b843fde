// Package otlpsink is the backend of a soak: it takes spans as OTLP/HTTP with JSON, counts
// them by server, kind and outcome, and keeps none. It can be told to refuse.
//
// https://opentelemetry.io/docs/specs/otlp/#otlphttp
package otlpsink
