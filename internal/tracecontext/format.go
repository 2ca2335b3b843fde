package tracecontext

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Format is a way to write a context into headers, by the name that
// OTEL_PROPAGATORS knows it by where it has one there
// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/).
type Format string

// The formats.
const (
	// W3C is Trace Context, level 2.
	W3C Format = "tracecontext"
	// B3 is B3 in a single field.
	B3 Format = "b3"
	// B3Multi is B3 with a field for each part.
	B3Multi Format = "b3multi"
	// Jaeger is the format of the Jaeger clients.
	Jaeger Format = "jaeger"
	// Datadog is the format of the Datadog tracers.
	Datadog Format = "datadog"
	// SkyWalking is version 3 of the SkyWalking agents' format.
	SkyWalking Format = "sw8"
	// XRay is the format of AWS X-Ray.
	XRay Format = "xray"
)

// Formats are all formats in the order in which they are tried by default: what
// a span's sender writes before what is also written by load balancers.
func Formats() []Format {
	return []Format{W3C, B3, B3Multi, Jaeger, Datadog, SkyWalking, XRay}
}

// Names are the names of all formats, in the order of Formats.
func Names() []string {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return names
}

// ParseFormats turns names into formats. The error names each entry that is no
// format's name, or is there twice. Of nil it makes nil, which stands for all formats.
func ParseFormats(names []string) ([]Format, error) {
	if names == nil {
		return nil, nil
	}
	formats := make([]Format, len(names))
	for i, name := range names {
		formats[i] = Format(name)
	}
	if err := checkFormats(formats); err != nil {
		return nil, err
	}
	return formats, nil
}

func checkFormats(formats []Format) error {
	var errs []error
	for i, f := range formats {
		switch {
		case !slices.Contains(Formats(), f):
			errs = append(errs, fmt.Errorf("formats[%d]: %q is none of %s", i, f, strings.Join(Names(), ", ")))
		case slices.Contains(formats[:i], f):
			errs = append(errs, fmt.Errorf("formats[%d]: %q is listed twice", i, f))
		}
	}
	return errors.Join(errs...)
}
