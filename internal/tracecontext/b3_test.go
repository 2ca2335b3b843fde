package tracecontext_test

import (
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestB3(t *testing.T) {
	const ids = traceID + "-" + spanID
	heads{
		"sampled":                  {"b3: " + ids + "-1", ids + "-01"},
		"not sampled":              {"b3: " + ids + "-0", ids + "-00"},
		"debug":                    {"b3: " + ids + "-d", ids + "-01"},
		"deferred":                 {"b3: " + ids, ids + "-01 deferred"},
		"with a parent":            {"b3: " + ids + "-1-05e3ac9a4f6e3b90", ids + "-01"},
		"64 bits":                  {"B3: " + halfID + "-" + spanID + "-1", padding + halfID + "-" + spanID + "-01"},
		"64 bits, deferred":        {"b3: " + halfID + "-" + spanID, padding + halfID + "-" + spanID + "-01 deferred"},
		"twice and equal":          {"b3: " + ids, "b3: " + ids, ids + "-01 deferred"},
		"twice and not":            {"b3: " + ids, "b3: " + ids + "-1", ""},
		"empty":                    {"b3:", ""},
		"deny":                     {"b3: 0", ""},
		"accept":                   {"b3: 1", ""},
		"trace id alone":           {"b3: " + traceID, ""},
		"trace id in capitals":     {"b3: " + strings.ToUpper(traceID) + "-" + spanID + "-1", ""},
		"span id in capitals":      {"b3: " + traceID + "-" + strings.ToUpper(spanID) + "-1", ""},
		"trace id too short":       {"b3: " + halfID[1:] + "-" + spanID + "-1", ""},
		"trace id too long":        {"b3: 0" + traceID + "-" + spanID + "-1", ""},
		"trace id between lengths": {"b3: " + traceID[8:] + "-" + spanID + "-1", ""},
		"trace id zero":            {"b3: " + noTrace + "-" + spanID + "-1", ""},
		"span id zero":             {"b3: " + traceID + "-" + noSpan + "-1", ""},
		"span id too short":        {"b3: " + traceID + "-" + spanID[1:] + "-1", ""},
		"span id too long":         {"b3: " + traceID + "-0" + spanID + "-1", ""},
		"not hex":                  {"b3: g" + traceID[1:] + "-" + spanID + "-1", ""},
		"empty state":              {"b3: " + ids + "-", ""},
		"unknown state":            {"b3: " + ids + "-2", ""},
		"state in words":           {"b3: " + ids + "-true", ""},
		"parent without state":     {"b3: " + ids + "-05e3ac9a4f6e3b90", ""},
		"parent too short":         {"b3: " + ids + "-1-05e3ac9a4f6e3b9", ""},
		"more than a parent":       {"b3: " + ids + "-1-05e3ac9a4f6e3b90-", ""},
		"two values joined":        {"b3: " + ids + "-1, " + ids + "-1", ""},
	}.check(t, tracecontext.B3)
}

func TestB3Multi(t *testing.T) {
	const (
		trace = "X-B3-TraceId: " + traceID
		span  = "X-B3-SpanId: " + spanID
		ids   = traceID + "-" + spanID
	)
	heads{
		"sampled":               {trace, span, "X-B3-Sampled: 1", ids + "-01"},
		"not sampled":           {trace, span, "x-b3-sampled: 0", ids + "-00"},
		"sampled, in words":     {trace, span, "X-B3-Sampled: true", ids + "-01"},
		"not sampled, in words": {trace, span, "X-B3-Sampled: False", ids + "-00"},
		"debug":                 {trace, span, "X-B3-Flags: 1", ids + "-01"},
		"debug beats sampled":   {trace, span, "X-B3-Sampled: 0", "X-B3-Flags: 1", ids + "-01"},
		"flags zero":            {trace, span, "X-B3-Flags: 0", ids + "-01 deferred"},
		"deferred":              {span, trace, ids + "-01 deferred"},
		"empty state":           {span, trace, "X-B3-Sampled:", ids + "-01 deferred"},
		"with a parent":         {trace, "X-B3-ParentSpanId: 05e3ac9a4f6e3b90", span, "X-B3-Sampled: 1", ids + "-01"},
		"64 bits":               {"x-b3-traceid: " + halfID, span, padding + halfID + "-" + spanID + "-01 deferred"},
		"twice and equal":       {trace, span, trace, span, ids + "-01 deferred"},
		"two traces":            {trace, span, "X-B3-TraceId: " + halfID, ""},
		"two spans":             {trace, span, "X-B3-SpanId: " + halfID, ""},
		"two states":            {trace, span, "X-B3-Sampled: 1", "X-B3-Sampled: 0", ""},
		"no trace":              {span, "X-B3-Sampled: 1", ""},
		"no span":               {trace, "X-B3-Sampled: 1", ""},
		"state alone":           {"X-B3-Sampled: 0", ""},
		"trace id zero":         {"X-B3-TraceId: " + noTrace, span, ""},
		"span id zero":          {trace, "X-B3-SpanId: " + noSpan, ""},
		"trace id in capitals":  {"X-B3-TraceId: " + strings.ToUpper(traceID), span, ""},
		"span id in capitals":   {trace, "X-B3-SpanId: " + strings.ToUpper(spanID), ""},
		"trace id too short":    {"X-B3-TraceId: " + traceID[1:], span, ""},
		"span id too long":      {trace, "X-B3-SpanId: 0" + spanID, ""},
		"unknown state":         {trace, span, "X-B3-Sampled: d", ""},
	}.check(t, tracecontext.B3Multi)
}
