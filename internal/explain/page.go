package explain

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // the page's parts
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html
var pageHTML string

//go:embed page.css
var pageCSS string

// page renders answers for people.
type page struct {
	template *template.Template
	// policy is the Content-Security-Policy: this style, forms that lead here, nothing else.
	policy string
}

func newPage() (*page, error) {
	t, err := template.New("page").Funcs(template.FuncMap{
		"thousands": thousands, "size": size, "join": strings.Join, "wide": func(n uint32) uint64 { return uint64(n) },
	}).Parse(pageHTML)
	if err != nil {
		return nil, fmt.Errorf("parse the explain page: %w", err)
	}
	sum := sha256.Sum256([]byte(pageCSS))
	return &page{template: t, policy: "default-src 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"}, nil
}

func (p *page) render(a *Answer, f *Filter) ([]byte, error) {
	var b bytes.Buffer
	if err := p.template.Execute(&b, newView(a, f)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
