package grpc

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
)

func TestMethod(t *testing.T) {
	longest := strings.Repeat("s", maxMethod-2) + "/m"
	for _, tt := range []struct {
		flavour  Flavour
		path     string
		method   string
		original string
	}{
		{GRPC, "/shop.v1.Cart/Add", "shop.v1.Cart/Add", ""},
		{GRPC, "/Cart/Add", "Cart/Add", ""},
		{GRPC, "/магазин.Корзина/Добавить", "магазин.Корзина/Добавить", ""},
		{GRPC, "/" + longest, longest, ""},
		{Web, "/api/grpc/shop.Cart/Add", "shop.Cart/Add", ""},
		{ConnectUnary, "/api/shop.Cart/Add", "shop.Cart/Add", ""},

		{GRPC, "/api/shop.Cart/Add", "", "api/shop.Cart/Add"},
		{GRPC, "/s" + longest, "", ("s" + longest)[:maxMethod]},
		{GRPC, "/я" + longest, "", ("я" + longest)[:maxMethod]},
		{GRPC, "/shop.Cart", "", "shop.Cart"},
		{GRPC, "/shop.Cart/", "", "shop.Cart/"},
		{GRPC, "//Add", "", "/Add"},
		{Web, "/a//Add", "", "a//Add"},
		{GRPC, "/", "", ""},
		{GRPC, "", "", ""},
		{GRPC, "*", "", "*"},
		{GRPC, "shop.Cart/Add", "", "shop.Cart/Add"},
		{GRPC, "/shop Cart/Add", "", "shop Cart/Add"},
		{GRPC, "/shop.Cart/Add\x00", "", "shop.Cart/Add\x00"},
		{GRPC, "/shop.Cart/\ufffd", "", "shop.Cart/\ufffd"},
	} {
		method := methodOf(tt.flavour, tt.path)
		assert.Equal(t, tt.method, method, "%q", tt.path)
		if method == "" {
			assert.Equal(t, tt.original, originalOf(tt.path), "%q", tt.path)
		}
	}
	cut := originalOf("/" + strings.Repeat("x", maxMethod-1) + "яяя")
	assert.True(t, utf8.ValidString(cut))
	assert.Len(t, cut, maxMethod-1)
}

// A query is no part of the method.
func TestMethodOfGet(t *testing.T) {
	var c Call
	assert.True(t, c.Begin("GET", "/shop.Cart/Get?message=a/b&connect=v1"))
	assert.Equal(t, "shop.Cart/Get", c.Method)
}
