package httpwords

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRoutes(t *testing.T) {
	v := New(Config{Routes: []string{"not valid", "/users/me", "/users/{id}", "/users/{id}/", "/static/*", "/{lang}/docs/*", "/"}})
	for path, want := range map[string]string{
		"/":               "/",
		"/users":          "",
		"/users/":         "",
		"/users/me":       "/users/me",
		"/users/7":        "/users/{id}",
		"/users/7/":       "/users/{id}/",
		"/users/7/orders": "",
		"/static":         "/static/*",
		"/static/":        "/static/*",
		"/static/a/b.css": "/static/*",
		"/staticfiles":    "",
		"/en/docs/x":      "/{lang}/docs/*",
		"/en/doc":         "",
		"*":               "",
		"":                "",
	} {
		assert.Equal(t, want, v.Route(path), path)
	}
	assert.Equal(t, "/*", New(Config{Routes: []string{"/*"}}).Route("/any/thing"))
	assert.Empty(t, New(Config{}).Route("/any"))
}
