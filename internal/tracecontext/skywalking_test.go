package tracecontext_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

// sw8Field writes the field as an agent does.
func sw8Field(sample, trace, segment, span string) string {
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return "sw8: " + strings.Join([]string{
		sample, b64(trace), b64(segment), span, b64("shop"), b64("shop-1@10.0.0.7"), b64("/cart"), b64("10.0.0.9:8080"),
	}, "-")
}

// TestSkyWalking has ids and what they are to become from the tests of the
// Collector's skywalking receiver
// (https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/pkg/translator/skywalking).
func TestSkyWalking(t *testing.T) {
	const (
		uuid        = "de5980b8-fce3-4a37-aab9-b4ac3af7eedd"
		hex         = "de5980b8fce34a37aab9b4ac3af7eedd"
		java        = hex + ".1.16563474296430001"
		javaTrace   = "de5980b8fde34a371be41bcd5e2fd4dd"
		python      = "4f2f27748b8e44ecaf18fe0347194e86"
		segment     = python + ".33.16560607369950066"
		segmentSpan = "-e9c455a82542306a"
		pythonSpan  = "-9b37d977cc970a6a"
	)
	heads{
		"sampled, Java":         {sw8Field("1", java, segment, "123"), javaTrace + segmentSpan + "-01"},
		"not sampled":           {sw8Field("0", java, segment, "123"), javaTrace + segmentSpan + "-00"},
		"Python":                {sw8Field("1", hex, python, "123"), hex + pythonSpan + "-01"},
		"UUID":                  {sw8Field("1", uuid, segment, "123"), hex + segmentSpan + "-01"},
		"capitals":              {sw8Field("1", strings.ToUpper(uuid), strings.ToUpper(python), "123"), hex + pythonSpan + "-01"},
		"span 0":                {sw8Field("1", hex, python, "0"), hex + "-e037d977cc970a6a-01"},
		"OpenTelemetry's own":   {sw8Field("1", traceID, spanID, "6701325043917771022"), traceID + "-" + spanID + "-01"},
		"name in capitals":      {strings.ToUpper("sw8") + strings.TrimPrefix(sw8Field("1", hex, python, "123"), "sw8"), hex + pythonSpan + "-01"},
		"twice and equal":       {sw8Field("1", hex, python, "123"), sw8Field("1", hex, python, "123"), hex + pythonSpan + "-01"},
		"twice and not":         {sw8Field("1", hex, python, "123"), sw8Field("1", hex, python, "124"), ""},
		"empty":                 {"sw8:", ""},
		"seven parts":           {strings.TrimSuffix(sw8Field("1", hex, python, "1"), "-MTAuMC4wLjk6ODA4MA=="), ""},
		"empty sample":          {sw8Field("", hex, python, "1"), ""},
		"unknown sample":        {sw8Field("2", hex, python, "1"), ""},
		"trace id too short":    {sw8Field("1", "de59", python, "1"), ""},
		"trace id odd":          {sw8Field("1", hex+"0", python, "1"), ""},
		"trace id illegal":      {sw8Field("1", ".,<>?/-=+MNop", python, "1"), ""},
		"trace id zero":         {sw8Field("1", noTrace, python, "1"), ""},
		"trace id a phrase":     {sw8Field("1", strings.Repeat("x", uuidLength), python, "1"), ""},
		"dashes out of place":   {sw8Field("1", "de5980b8f-ce3-4a37-aab9-b4ac3af7eedd", python, "1"), ""},
		"segment too short":     {sw8Field("1", hex, "16560607369950066", "12"), ""},
		"segment empty":         {sw8Field("1", hex, "", "12"), ""},
		"segment a UUID":        {sw8Field("1", hex, uuid, "12"), ""},
		"segment without time":  {sw8Field("1", hex, python+".33", "1"), ""},
		"segment without dot":   {sw8Field("1", hex, python+"33", "1"), ""},
		"segment, two dots":     {sw8Field("1", hex, python+"..1", "1"), ""},
		"segment, three dots":   {sw8Field("1", hex, python+".1.2.3", "1"), ""},
		"segment, large time":   {sw8Field("1", hex, python+".1.9223372036854775808", "1"), ""},
		"segment, large thread": {sw8Field("1", hex, python+".9223372036854775808.1", "1"), ""},
		"segment that cancels":  {sw8Field("1", hex, strings.Repeat("5", 32), "0"), ""},
		"span negative":         {sw8Field("1", hex, python, "-1"), ""},
		"span too large":        {sw8Field("1", hex, python, "2147483648"), ""},
		"span empty":            {sw8Field("1", hex, python, ""), ""},
		"not base 64":           {"sw8: 1-!!!!-" + base64.StdEncoding.EncodeToString([]byte(python)) + "-1-a-b-c-d", ""},
		"id without end":        {sw8Field("1", hex+"."+strings.Repeat("1", 100)+".1", python, "1"), ""},
	}.check(t, tracecontext.SkyWalking)
}

const uuidLength = 36
