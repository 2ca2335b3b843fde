package tracecontext_test

import (
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestDatadog(t *testing.T) {
	const (
		trace  = "x-datadog-trace-id: 8330054363468631196"
		parent = "x-datadog-parent-id: 6375191779022861325"
		low    = "739a4c4f1e3d8c9c"
		span   = "-58793b2553a5f40d"
		ids    = padding + low + span
		full   = "66c4e3e900000000" + low + span
		keep   = "x-datadog-sampling-priority: 1"
	)
	heads{
		"kept":                   {trace, parent, keep, ids + "-01"},
		"kept by the user":       {trace, parent, "x-datadog-sampling-priority: 2", ids + "-01"},
		"dropped":                {trace, parent, "x-datadog-sampling-priority: 0", ids + "-00"},
		"dropped by the user":    {trace, parent, "x-datadog-sampling-priority: -1", ids + "-00"},
		"no priority":            {trace, parent, ids + "-01 deferred"},
		"128 bits":               {"X-Datadog-Trace-Id: 8330054363468631196", parent, keep, "X-Datadog-Tags: _dd.p.tid=66c4e3e900000000,_dd.p.dm=-0", full + "-01"},
		"128 bits, later tag":    {trace, parent, keep, "x-datadog-tags: _dd.p.dm=-0, _dd.p.tid=66c4e3e900000000", full + "-01"},
		"other tags":             {trace, parent, keep, "x-datadog-tags: _dd.p.dm=-0,,x,_dd.p.tidy=66c4e3e900000000", ids + "-01"},
		"tag too short":          {trace, parent, keep, "x-datadog-tags: _dd.p.tid=66c4e3e90000000", ids + "-01"},
		"tag in capitals":        {trace, parent, keep, "x-datadog-tags: _dd.p.tid=66C4E3E900000000", ids + "-01"},
		"largest":                {"x-datadog-trace-id: 18446744073709551615", "x-datadog-parent-id: 18446744073709551615", keep, padding + "ffffffffffffffff-ffffffffffffffff-01"},
		"smallest":               {"x-datadog-trace-id: 1", "x-datadog-parent-id: 1", keep, padding + "0000000000000001-0000000000000001-01"},
		"twice and equal":        {trace, parent, keep, trace, parent, keep, ids + "-01"},
		"two traces":             {trace, parent, "x-datadog-trace-id: 1", ""},
		"two parents":            {trace, parent, "x-datadog-parent-id: 1", ""},
		"two priorities":         {trace, parent, keep, "x-datadog-sampling-priority: 0", ""},
		"two lists of tags":      {trace, parent, "x-datadog-tags: a=1", "x-datadog-tags: a=2", ""},
		"no trace":               {parent, keep, ""},
		"no parent":              {trace, keep, ""},
		"trace id zero":          {"x-datadog-trace-id: 0", parent, ""},
		"no span is the parent":  {trace, "x-datadog-parent-id: 0", ""},
		"trace id too large":     {"x-datadog-trace-id: 18446744073709551616", parent, ""},
		"parent id too large":    {trace, "x-datadog-parent-id: 99999999999999999999", ""},
		"trace id in hex":        {"x-datadog-trace-id: 739a4c4f1e3d8c9c", parent, ""},
		"trace id negative":      {"x-datadog-trace-id: -8330054363468631196", parent, ""},
		"priority is a word":     {trace, parent, "x-datadog-sampling-priority: keep", ""},
		"priority is a dash":     {trace, parent, "x-datadog-sampling-priority: -", ""},
		"priority is a fraction": {trace, parent, "x-datadog-sampling-priority: 1.5", ""},
	}.check(t, tracecontext.Datadog)
}
