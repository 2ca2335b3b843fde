package httpwords

// OtherMethod is what http.request.method says of a method that is not registered.
const OtherMethod = "_OTHER"

// Registered gives the method's own string if the IANA registry has it
// (https://www.iana.org/assignments/http-methods). PRI is left out: it begins HTTP/2.
func Registered(b []byte) (string, bool) {
	switch string(b) { // does not allocate
	case "GET":
		return "GET", true
	case "POST":
		return "POST", true
	case "PUT":
		return "PUT", true
	case "HEAD":
		return "HEAD", true
	case "DELETE":
		return "DELETE", true
	case "OPTIONS":
		return "OPTIONS", true
	case "PATCH":
		return "PATCH", true
	case "CONNECT":
		return "CONNECT", true
	case "TRACE":
		return "TRACE", true
	case "QUERY":
		return "QUERY", true
	}
	return registeredRare(b)
}

// registeredRare are WebDAV's methods and their like.
func registeredRare(b []byte) (string, bool) {
	for _, m := range [...]string{
		"ACL", "BASELINE-CONTROL", "BIND", "CHECKIN", "CHECKOUT", "COPY", "LABEL", "LINK", "LOCK", "MERGE",
		"MKACTIVITY", "MKCALENDAR", "MKCOL", "MKREDIRECTREF", "MKWORKSPACE", "MOVE", "ORDERPATCH", "PROPFIND",
		"PROPPATCH", "REBIND", "REPORT", "SEARCH", "UNBIND", "UNCHECKOUT", "UNLINK", "UNLOCK", "UPDATE",
		"UPDATEREDIRECTREF", "VERSION-CONTROL",
	} {
		if string(b) == m {
			return m, true
		}
	}
	return "", false
}
