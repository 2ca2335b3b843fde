// Package websocket follows the frames of a WebSocket (RFC 6455,
// https://www.rfc-editor.org/rfc/rfc6455#section-5.2) in one direction, and counts what
// they carry. It is a leaf: who agreed to speak it, and where it begins, others know.
//
// # What is counted
//
// A message is a run of data frames up to the one with FIN, fragments joined, and counts
// once its last byte has passed. Pings, pongs and the Close frame are counted apart.
// Payload is not looked at, except for the code of a Close frame; so extensions that change
// payload alone (permessage-deflate, https://www.rfc-editor.org/rfc/rfc7692) change nothing.
//
// # What is not seen
//
// Bytes that were skipped within a payload lose nothing, for a frame says how long it is.
// Bytes skipped anywhere else may hide frames: then nothing more is known of the direction,
// for good, as no frame begins with anything that would tell it from payload. The same
// holds of bytes that are no frame: reserved opcodes, RSV2 or RSV3 (which no registered
// extension uses), a length beyond 63 bits, a control frame in fragments, a message within another.
//
// Who masks, and how long a control frame is, is not checked: a peer that breaks those
// rules can be followed all the same.
package websocket
