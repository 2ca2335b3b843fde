package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestSplitTarget(t *testing.T) {
	for raw, want := range map[string]Target{
		"":                            {},
		"/a?b#c":                      {Path: "/a", Query: "b", HasQuery: true},
		"/a?":                         {Path: "/a", HasQuery: true},
		"/a?u=http://b":               {Path: "/a", Query: "u=http://b", HasQuery: true},
		"*":                           {Path: "*"},
		"HTTPS://ann:pw@shop.test?q":  {Scheme: "https", Authority: "ann:pw@shop.test", Path: "/", Query: "q", HasQuery: true},
		"http://shop.test":            {Scheme: "http", Authority: "shop.test", Path: "/"},
		"://shop.test":                {Path: "://shop.test"},
		"a?b=http://shop.test/":       {Path: "a", Query: "b=http://shop.test/", HasQuery: true},
		"http://[2001:db8::1]:81/a/b": {Scheme: "http", Authority: "[2001:db8::1]:81", Path: "/a/b"},
	} {
		assert.Equal(t, want, SplitTarget(raw), raw)
	}
}

func TestSplitPort(t *testing.T) {
	for authority, want := range map[string]struct {
		host string
		port int64
	}{
		"":                               {"", 0},
		"shop.test":                      {"shop.test", 0},
		"shop.test:81":                   {"shop.test", 81},
		"shop.test:":                     {"shop.test", 0},
		"shop.test:65535":                {"shop.test", 65535},
		"shop.test:65536":                {"shop.test", 0},
		"shop.test:-1":                   {"shop.test", 0},
		"shop.test:99999999999999999999": {"shop.test", 0},
		"[2001:db8::1]":                  {"2001:db8::1", 0},
		"[2001:db8::1]:443":              {"2001:db8::1", 443},
		"[":                              {"[", 0},
	} {
		host, port := SplitPort(authority)
		assert.Equal(t, want.host, host, authority)
		assert.Equal(t, want.port, port, authority)
	}
}

func TestFull(t *testing.T) {
	v := New(Config{})
	for _, tc := range []struct{ scheme, target, authority, want string }{
		{"http", "/a?sig=x&b", "shop.test:81", "http://shop.test:81/a?sig=REDACTED&b"},
		{"https", "*", "shop.test", "https://shop.test"},
		{"http", "/a?", "ann:pw@shop.test", "http://REDACTED:REDACTED@shop.test/a?"},
		{"http", "/", v.Authority("2001:db8::1", 8080), "http://[2001:db8::1]:8080/"},
		{"http", "/", v.Authority("10.0.0.1", 80), "http://10.0.0.1/"},
	} {
		target := SplitTarget(tc.target)
		target.Scheme = tc.scheme
		assert.Equal(t, tc.want, v.Full(&target, tc.authority))
	}
}
