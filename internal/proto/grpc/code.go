package grpc

// Code is how a call ended
// (https://github.com/grpc/grpc/blob/master/doc/statuscodes.md).
type Code uint8

// The codes.
const (
	OK Code = iota
	Cancelled
	Unknown
	InvalidArgument
	DeadlineExceeded
	NotFound
	AlreadyExists
	PermissionDenied
	ResourceExhausted
	FailedPrecondition
	Aborted
	OutOfRange
	Unimplemented
	Internal
	Unavailable
	DataLoss
	Unauthenticated

	codes = iota
)

// String is the code's name in gRPC.
func (c Code) String() string {
	if c >= codes {
		c = Unknown
	}
	return [codes]string{
		"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
		"PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE",
		"UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
	}[c]
}

// Connect is the code's name in Connect, which has one l less, and no word for
// OK (https://connectrpc.com/docs/protocol#error-codes).
func (c Code) Connect() string {
	if c >= codes {
		c = Unknown
	}
	return [codes]string{
		"", "canceled", "unknown", "invalid_argument", "deadline_exceeded", "not_found", "already_exists",
		"permission_denied", "resource_exhausted", "failed_precondition", "aborted", "out_of_range",
		"unimplemented", "internal", "unavailable", "data_loss", "unauthenticated",
	}[c]
}

// failsServer tells the codes that are errors at the server's end
// (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/#server).
func (c Code) failsServer() bool {
	switch c {
	case Unknown, DeadlineExceeded, Unimplemented, Internal, Unavailable, DataLoss:
		return true
	}
	return false
}

// parseStatus reads grpc-status. What is no known code is Unknown, as clients take it.
func parseStatus(b []byte) Code {
	if n, ok := digits(b, 3); ok && n < codes {
		return Code(n)
	}
	return Unknown
}

// parseConnect reads the code of a Connect error.
func parseConnect(b []byte) Code {
	for c := Cancelled; c < codes; c++ {
		if string(b) == c.Connect() {
			return c
		}
	}
	return Unknown
}

// inferred is the code that a client makes of an HTTP status when the response has none
// (https://github.com/grpc/grpc/blob/master/doc/http-grpc-status-mapping.md,
// https://connectrpc.com/docs/protocol#http-to-error-code).
func inferred(status int) Code {
	switch status {
	case 400:
		return Internal
	case 401:
		return Unauthenticated
	case 403:
		return PermissionDenied
	case 404:
		return Unimplemented
	case 429, 502, 503, 504:
		return Unavailable
	}
	return Unknown
}
