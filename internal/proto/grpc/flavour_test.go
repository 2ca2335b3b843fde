package grpc

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestFlavours(t *testing.T) {
	const path = "/shop.Cart/Add"
	for _, tt := range []struct {
		method, target string
		fields         []string
		want           Flavour
	}{
		{"POST", path, []string{"content-type", "application/grpc"}, GRPC},
		{"POST", path, []string{"Content-Type", "Application/gRPC+proto"}, GRPC},
		{"POST", path, []string{"content-type", "application/grpc+json; charset=utf-8"}, GRPC},
		{"POST", path, []string{"content-type", "application/grpc;x=y"}, GRPC},
		{"POST", path, []string{"content-type", "application/grpc-web"}, Web},
		{"POST", path, []string{"content-type", "application/grpc-web+proto"}, Web},
		{"POST", path, []string{"content-type", "application/grpc-web-text"}, WebText},
		{"POST", path, []string{"content-type", "application/grpc-web-text+proto"}, WebText},
		{"POST", path, []string{"content-type", "application/connect+json"}, ConnectStream},
		{"POST", path, []string{"content-type", "application/proto", "connect-protocol-version", "1"}, ConnectUnary},
		{"POST", path, []string{"Connect-Protocol-Version", "1", "Content-Type", "application/json"}, ConnectUnary},
		{"GET", path + "?connect=v1&encoding=json&message=%7B%7D", nil, ConnectUnary},
		{"GET", path + "?encoding=json&connect=v1", nil, ConnectUnary},

		{"POST", path, nil, None},
		{"POST", path, []string{"content-type", "application/json"}, None},
		{"POST", path, []string{"content-type", "application/proto"}, None},
		{"POST", path, []string{"content-type", "application/proto", "connect-protocol-version", "2"}, None},
		{"POST", path, []string{"content-type", "text/plain", "connect-protocol-version", "1"}, None},
		{"POST", path, []string{"content-type", "application/grpcx"}, None},
		{"POST", path, []string{"content-type", "application/grpc-webby"}, None},
		{"POST", path, []string{"content-type", "text/grpc"}, None},
		{"GET", path, []string{"content-type", "application/grpc"}, None},
		{"GET", path + "?connect=v10", nil, None},
		{"GET", path + "?disconnect=v1", nil, None},
		{"POST", path + "?connect=v1", nil, None},
	} {
		var c Call
		for i := 0; i < len(tt.fields); i += 2 {
			c.RequestField([]byte(tt.fields[i]), []byte(tt.fields[i+1]))
		}
		assert.Equal(t, tt.want != None, c.Begin(tt.method, tt.target), "%s %s %q", tt.method, tt.target, tt.fields)
		assert.Equal(t, tt.want, c.Flavour, "%s %s %q", tt.method, tt.target, tt.fields)
	}
}

func TestFlavourNames(t *testing.T) {
	for f, want := range map[Flavour][2]string{
		None: {"", ""}, GRPC: {"grpc", "grpc"}, Web: {"grpc", "grpc"}, WebText: {"grpc", "grpc"},
		ConnectUnary: {"connect", "connectrpc"}, ConnectStream: {"connect", "connectrpc"},
	} {
		assert.Equal(t, want, [2]string{f.Protocol(), f.System()}, "flavour %d", f)
	}
}
