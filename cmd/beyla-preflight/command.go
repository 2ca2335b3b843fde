// Command beyla-preflight says what the receiver could do if it ran here, with the privileges
// of this process, and for what it could not, the line that would change it. It attaches for a tenth of a
// second what the receiver attaches, and leaves nothing behind.
//
//	beyla-preflight [-format text|json] [-cgroup-path PATH] [-require FEATURE,...]
//
// Its exit status is 0 when all that is required works, 1 when something does not and 2 when it was
// called wrongly: as an init container it keeps a pod from starting half-blind.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/beylareceiver/beylareceiver/internal/preflight"
)

// The exit statuses.
const (
	works   = 0
	missing = 1
	usage   = 2
)

// options are the command line's.
type options struct {
	format  string
	cgroup  string
	require []preflight.FeatureName
}

var errUsage = errors.New("wrong use")

// parse reads the command line. Errors: [flag.ErrHelp] or errUsage, about which everything has been said to stderr.
func parse(args []string, stderr io.Writer) (options, error) {
	o := options{require: []preflight.FeatureName{preflight.Socket}}
	flags := flag.NewFlagSet("beyla-preflight", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.format, "format", "text", "`text` or json")
	flags.StringVar(&o.cgroup, "cgroup-path", "", "cgroup v2 `folder` whose sockets would be read, as capture.cgroup_path (default the host's root)")
	flags.Func("require", "`features` that must work, with commas between them (default socket): "+known(),
		func(list string) (err error) { o.require, err = featureNames(list); return err })
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return o, err
		}
		return o, errUsage
	}
	if flags.NArg() > 0 || o.format != "text" && o.format != "json" {
		_, _ = fmt.Fprintln(stderr, "beyla-preflight: -format is text or json, and no other arguments are taken")
		flags.Usage()
		return o, errUsage
	}
	return o, nil
}

func known() string {
	var words []string
	for _, name := range preflight.FeatureNames() {
		words = append(words, string(name))
	}
	return strings.Join(words, ", ")
}

// featureNames reads a list; the empty one requires nothing.
func featureNames(list string) (names []preflight.FeatureName, err error) {
	for word := range strings.SplitSeq(list, ",") {
		name := preflight.FeatureName(strings.TrimSpace(word))
		switch {
		case slices.Contains(preflight.FeatureNames(), name):
			names = append(names, name)
		case name != "" || list != "":
			return nil, fmt.Errorf("no feature %q, there are %s", name, known())
		}
	}
	return names, nil
}

// run does what the command line asks for and gives the exit status.
func run(args []string, stdout, stderr io.Writer, look func(cgroupPath string) preflight.Report) int {
	o, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return works
	case err != nil:
		return usage
	}
	report := look(o.cgroup)
	if err := write(stdout, o.format, &report); err != nil {
		_, _ = fmt.Fprintln(stderr, "beyla-preflight:", err)
		return missing
	}
	off := report.Off(o.require...)
	for _, f := range off {
		_, _ = fmt.Fprintf(stderr, "beyla-preflight: required and off: %s: %s\n", f.Name, f.Reason)
	}
	if len(off) > 0 {
		return missing
	}
	return works
}

func write(w io.Writer, format string, r *preflight.Report) error {
	if format == "text" {
		_, err := fmt.Fprintln(w, r.Text())
		return err
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}
