package beylareceiver

import (
	"slices"
	"strings"
)

// headerName tells whether s is a field name (RFC 9110, section 5.1).
func headerName(s string) bool {
	const token = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return s != "" && strings.Trim(s, token) == ""
}

// sensitiveHeader tells whether a header's value is a secret by its purpose.
func sensitiveHeader(name string) bool {
	return slices.Contains([]string{
		"authorization", "proxy-authorization", "cookie", "set-cookie", "cookie2", "set-cookie2",
		"x-api-key", "x-auth-token", "x-csrf-token", "x-xsrf-token", "x-amz-security-token",
	}, strings.ToLower(name))
}
