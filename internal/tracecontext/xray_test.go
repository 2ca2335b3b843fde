package tracecontext_test

import (
	"strings"
	"testing"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestXRay(t *testing.T) {
	const (
		field  = "X-Amzn-Trace-Id: "
		root   = "Root=1-5759e988-bd862e3fe1be46a994272793"
		parent = ";Parent=53995c3f42cd8ad8"
		ids    = "5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8"
	)
	heads{
		"sampled":            {field + root + parent + ";Sampled=1", ids + "-01"},
		"not sampled":        {field + root + parent + ";Sampled=0", ids + "-00"},
		"asks for sampling":  {field + root + parent + ";Sampled=?", ids + "-01 deferred"},
		"nothing said":       {field + root + parent, ids + "-01 deferred"},
		"any order":          {field + "Sampled=1" + parent + ";" + root, ids + "-01"},
		"white space":        {field + root + " ; Parent=53995c3f42cd8ad8; Sampled=1", ids + "-01"},
		"other keys":         {field + "Self=1-67891234-12456789abcdef0123456789;" + root + parent + ";Sampled=1;Lineage=a87bd80c:1|68fd508a:5", ids + "-01"},
		"open end":           {field + root + parent + ";Sampled=1;", ids + "-01"},
		"twice and equal":    {field + root + parent, field + root + parent, ids + "-01 deferred"},
		"twice and not":      {field + root + parent, field + root, ""},
		"a load balancer's":  {field + root, ""},
		"no root":            {field + parent[1:] + ";Sampled=1", ""},
		"empty":              {field, ""},
		"two roots":          {field + root + ";" + root + parent, ""},
		"two parents":        {field + root + parent + parent, ""},
		"two decisions":      {field + root + parent + ";Sampled=1;Sampled=0", ""},
		"unknown decision":   {field + root + parent + ";Sampled=2", ""},
		"empty decision":     {field + root + parent + ";Sampled=", ""},
		"another version":    {field + "Root=2-5759e988-bd862e3fe1be46a994272793" + parent, ""},
		"root too short":     {field + root[:len(root)-1] + parent, ""},
		"root too long":      {field + root + "0" + parent, ""},
		"root without dash":  {field + "Root=1-5759e988_bd862e3fe1be46a994272793" + parent, ""},
		"root in capitals":   {field + "Root=" + strings.ToUpper(root[5:]) + parent, ""},
		"root zero":          {field + "Root=1-00000000-000000000000000000000000" + parent, ""},
		"parent zero":        {field + root + ";Parent=" + noSpan, ""},
		"parent too short":   {field + root + ";Parent=53995c3f42cd8ad", ""},
		"parent in capitals": {field + root + strings.ToUpper(parent), ""},
		"keys in lower case": {field + strings.ToLower(root+parent), ""},
	}.check(t, tracecontext.XRay)
}
