package deploy

import (
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestCompose loads the example as docker compose does, which refuses unknown keys.
func TestCompose(t *testing.T) {
	options, err := cli.NewProjectOptions([]string{examples + "/compose/compose.yaml"}, cli.WithName("beyla"))
	require.NoError(t, err)
	project, err := options.LoadProject(t.Context())
	require.NoError(t, err)
	otelcol, err := project.GetService("otelcol")
	require.NoError(t, err)
	assert.Equal(t, []string{"ALL"}, otelcol.CapDrop)
	var want []string
	for _, c := range all4 {
		want = append(want, string(c))
	}
	assert.Equal(t, want, otelcol.CapAdd)
	assert.True(t, otelcol.ReadOnly)
	assert.False(t, otelcol.Privileged)
	assert.Empty(t, otelcol.NetworkMode, "a network of its own")
	assert.Equal(t, "host", otelcol.Pid)
	assert.Contains(t, otelcol.SecurityOpt, "no-new-privileges:true")
	for _, v := range otelcol.Volumes {
		assert.True(t, v.ReadOnly, v.Target)
	}
	for name, service := range project.Services {
		for _, p := range service.Ports {
			assert.True(t, strings.HasPrefix(p.HostIP, "127."), "%s publishes %s to everybody", name, p.Published)
		}
	}
}
