package tracecontext_test

import (
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestJaeger(t *testing.T) {
	const (
		value = "uber-trace-id: " + traceID + ":" + spanID + ":0:"
		ids   = traceID + "-" + spanID
	)
	heads{
		"sampled":              {"Uber-Trace-Id: " + traceID + ":" + spanID + ":0:1", ids + "-01"},
		"not sampled":          {value + "0", ids + "-00"},
		"sampled and debug":    {value + "3", ids + "-01"},
		"debug alone":          {value + "2", ids + "-00"},
		"two digits of flags":  {value + "0f", ids + "-01"},
		"with a parent":        {"uber-trace-id: " + traceID + ":" + spanID + ":05e3ac9a4f6e3b90:1", ids + "-01"},
		"empty parent":         {"uber-trace-id: " + traceID + ":" + spanID + "::1", ids + "-01"},
		"escaped":              {"uber-trace-id: " + traceID + "%3A" + spanID + "%3a0%3A1", ids + "-01"},
		"64 bits":              {"uber-trace-id: " + halfID + ":" + spanID + ":0:1", padding + halfID + "-" + spanID + "-01"},
		"leading zeros absent": {"uber-trace-id: abc:d:0:1", padding + "0000000000000abc-000000000000000d-01"},
		"between the lengths":  {"uber-trace-id: 1" + halfID + ":" + spanID + ":0:1", "0000000000000001" + halfID + "-" + spanID + "-01"},
		"capitals":             {"uber-trace-id: " + strings.ToUpper(traceID+":"+spanID) + ":0:1", ids + "-01"},
		"twice and equal":      {value + "1", value + "1", ids + "-01"},
		"twice and not":        {value + "1", value + "0", ""},
		"empty":                {"uber-trace-id:", ""},
		"trace id zero":        {"uber-trace-id: 0:" + spanID + ":0:1", ""},
		"span id zero":         {"uber-trace-id: " + traceID + ":0:0:1", ""},
		"trace id too long":    {"uber-trace-id: 0" + traceID + ":" + spanID + ":0:1", ""},
		"span id too long":     {"uber-trace-id: " + traceID + ":0" + spanID + ":0:1", ""},
		"no trace id":          {"uber-trace-id: :" + spanID + ":0:1", ""},
		"no span id":           {"uber-trace-id: " + traceID + "::0:1", ""},
		"no flags":             {value, ""},
		"flags too long":       {value + "001", ""},
		"flags not hex":        {value + "x", ""},
		"three parts":          {"uber-trace-id: " + traceID + ":" + spanID + ":1", ""},
		"five parts":           {value + "1:1", ""},
		"not hex":              {"uber-trace-id: g:1:0:1", ""},
		"another escape":       {"uber-trace-id: " + traceID + "%3B" + spanID + "%3B0%3B1", ""},
		"escape at the end":    {"uber-trace-id: " + traceID + "%3", ""},
	}.check(t, tracecontext.Jaeger)
}
