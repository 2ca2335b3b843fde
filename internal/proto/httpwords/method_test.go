package httpwords

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRegisteredMethods(t *testing.T) {
	registry := "ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT CONNECT COPY DELETE GET HEAD LABEL LINK LOCK MERGE " +
		"MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE OPTIONS ORDERPATCH PATCH POST PROPFIND PROPPATCH " +
		"PUT QUERY REBIND REPORT SEARCH TRACE UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL"
	for _, m := range strings.Fields(registry) {
		got, ok := Registered([]byte(m))
		assert.True(t, ok, m)
		assert.Equal(t, m, got)
	}
	_, ok := Registered([]byte("PRI"))
	assert.False(t, ok)
}

func TestSetMethod(t *testing.T) {
	v, w := New(Config{}), Words{}
	for _, tc := range []struct{ sent, method, original string }{
		{"BREW", OtherMethod, "BREW"},
		{"GET", "GET", ""},
		{"get", OtherMethod, "get"},
		{"PROPFIND", "PROPFIND", ""},
	} {
		v.SetMethod(&w, []byte(tc.sent))
		assert.Equal(t, Words{Method: tc.method, Original: tc.original}, w, tc.sent)
	}
}
