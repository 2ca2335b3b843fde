package beylareceiver

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/config/confighttp"
	"go.opentelemetry.io/collector/confmap"
)

// schema is the part of JSON Schema that config.schema.json uses.
type schema struct {
	Description string             `json:"description"`
	Closed      *bool              `json:"additionalProperties"`
	Properties  map[string]*schema `json:"properties"`
	Items       *schema            `json:"items"`
	Ref         string             `json:"$ref"`
	Default     any                `json:"default"`
	Defs        map[string]*schema `json:"$defs"`
}

func readSchema(t *testing.T) *schema {
	t.Helper()
	text, err := os.ReadFile("config.schema.json")
	require.NoError(t, err)
	root := new(schema)
	require.NoError(t, json.Unmarshal(text, root))
	return root
}

// keys lists the schema's keys, each with its default.
func (s *schema) keys(root *schema, prefix string, to map[string]any) {
	if s.Ref != "" {
		s = root.Defs[strings.TrimPrefix(s.Ref, "#/$defs/")]
	}
	for name, p := range s.Properties {
		key := prefix + name
		switch {
		case p.Properties != nil:
			p.keys(root, key+".", to)
		case p.Items != nil && p.Items.Ref != "":
			to[key] = p.Default
			p.Items.keys(root, key+"[].", to)
		default:
			to[key] = p.Default
		}
	}
}

// structKeys lists the keys of a configuration struct.
func structKeys(typ reflect.Type, prefix string, to map[string]bool) {
	for field := range typ.Fields() {
		key := prefix + field.Tag.Get("mapstructure")
		inner := field.Type
		if strings.HasPrefix(inner.Name(), "Optional[") {
			value, _ := inner.FieldByName("value")
			inner = value.Type
		}
		switch {
		case inner == reflect.TypeFor[confighttp.ServerConfig](): // described by the Collector
			to[key] = true
		case inner.Kind() == reflect.Struct:
			structKeys(inner, key+".", to)
		case inner.Kind() == reflect.Slice && inner.Elem().Kind() == reflect.Struct:
			to[key] = true
			structKeys(inner.Elem(), key+"[].", to)
		default:
			to[key] = true
		}
	}
}

func TestSchemaHasTheKeysOfConfig(t *testing.T) {
	root := readSchema(t)
	described := map[string]any{}
	root.keys(root, "", described)
	real := map[string]bool{}
	structKeys(reflect.TypeFor[Config](), "", real)
	for key := range real {
		assert.Contains(t, described, key)
	}
	for key := range described {
		assert.Contains(t, real, key)
	}
}

func TestSchemaHasTheDefaultsOfConfig(t *testing.T) {
	root := readSchema(t)
	described := map[string]any{}
	root.keys(root, "", described)
	m := map[string]any{}
	for key, value := range described {
		if strings.Contains(key, "[]") || key == "explain" || strings.HasPrefix(key, "capture.pcap.") || strings.HasPrefix(key, "traces.sampling.") {
			continue // defaults of sections that are absent by default
		}
		m[strings.ReplaceAll(key, ".", confmap.KeyDelimiter)] = value
	}
	// Lay the schema's defaults over an empty configuration: what comes out
	// must be the default one.
	got := &Config{
		Capture: CaptureConfig{Pcap: createDefaultConfig().(*Config).Capture.Pcap},
		Traces:  TracesConfig{Sampling: createDefaultConfig().(*Config).Traces.Sampling},
		Explain: createDefaultConfig().(*Config).Explain,
	}
	require.NoError(t, confmap.NewFromStringMap(nest(m)).Unmarshal(got))
	want := createDefaultConfig().(*Config)
	want.HTTP.RequestHeaders, want.HTTP.ResponseHeaders, want.HTTP.Routes = []string{}, []string{}, []string{}
	want.Include, want.Exclude = []Rule{}, []Rule{}
	assert.Equal(t, want, got)
	assert.Equal(t, string(PerspectiveServer), described["capture.pcap.perspective"])
	sampling := want.Traces.Sampling.GetOrInsertDefault()
	assert.Equal(t, sampling.Ratio, described["traces.sampling.ratio"])
	assert.Equal(t, sampling.ParentBased, described["traces.sampling.parent_based"])
}

// nest turns a::b keys into maps, and whole numbers into ints.
func nest(flat map[string]any) map[string]any {
	m := map[string]any{}
	for key, value := range flat {
		at := m
		parts := strings.Split(key, confmap.KeyDelimiter)
		for _, p := range parts[:len(parts)-1] {
			if at[p] == nil {
				at[p] = map[string]any{}
			}
			at = at[p].(map[string]any)
		}
		if f, ok := value.(float64); ok {
			value = int(f)
		}
		at[parts[len(parts)-1]] = value
	}
	return m
}

func TestSchemaDescribesAndClosesEveryObject(t *testing.T) {
	root := readSchema(t)
	var walk func(path string, s *schema)
	walk = func(path string, s *schema) {
		assert.NotEmpty(t, s.Description, path)
		if s.Properties != nil && assert.NotNil(t, s.Closed, path) {
			assert.False(t, *s.Closed, path)
		}
		for name, p := range s.Properties {
			walk(fmt.Sprintf("%s.%s", path, name), p)
		}
	}
	walk("", root)
	walk("rule", root.Defs["rule"])
}
