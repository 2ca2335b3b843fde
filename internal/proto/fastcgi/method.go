package fastcgi

// otherMethod is what http.request.method says of a method that is not known.
const otherMethod = "_OTHER"

// setMethod takes REQUEST_METHOD. Known are the methods of RFC 9110, PATCH and
// QUERY, as the conventions name them
// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#common-attributes).
func (x *exchange) setMethod(b []byte) {
	x.original = ""
	switch string(b) { // does not allocate
	case "GET":
		x.method = "GET"
	case "POST":
		x.method = "POST"
	case "PUT":
		x.method = "PUT"
	case "HEAD":
		x.method = "HEAD"
	case "DELETE":
		x.method = "DELETE"
	case "OPTIONS":
		x.method = "OPTIONS"
	case "PATCH":
		x.method = "PATCH"
	case "CONNECT":
		x.method = "CONNECT"
	case "TRACE":
		x.method = "TRACE"
	case "QUERY":
		x.method = "QUERY"
	case "":
		x.method = ""
	default:
		x.method, x.original = otherMethod, x.text(b)
	}
}
