// Package httpwords is what HTTP semantics (RFC 9110,
// https://www.rfc-editor.org/rfc/rfc9110) say of a request and its response, whatever
// carries them: methods, targets, authorities, fields, and the attributes of the HTTP
// semantic conventions 1.43.0 (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
// How they are framed is each parser's own affair.
//
// A protocol that carries HTTP keeps one Vocabulary, made of the Config that all
// of them share. Its exchanges embed Words, filled while a head is read; a span is a
// View of one, which Vocabulary.Describe turns into a name and attributes.
//
// # Attributes of our own
//
//	beyla.head.truncated            true when a head was longer than what was captured
//	beyla.stream                    true for what does not end as a response does, with
//	beyla.stream.kind               one of Stream's values
//	beyla.stream.first_byte         ns from the request's first byte to the response's first
//	beyla.stream.messages.sent      what the span's own end sent, and
//	beyla.stream.messages.received  what it received: messages, if the stream has any and none was missed,
//	beyla.bytes.sent                and bytes,
//	beyla.bytes.received            if the stream is one of bytes
//
// # Limits
//
// Field values are shown as they were sent. Strings are made valid UTF-8. What Config
// names is what is captured, so a head can hold no more values than it has fields.
package httpwords
