package explain

import (
	"net"
	"net/netip"
	"strings"
)

// local tells whether the host of a request is one that only this machine, or somebody
// who knows its number, can mean.
func local(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	if strings.EqualFold(host, "localhost") {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}
