// Command confine runs a program under a system call filter, as a container runtime does:
//
//	confine profile.json -- program [arguments]
//
// The profile is one of the OCI runtime specification. The process also gives up to ever gain
// privileges (no_new_privs), without which a filter takes CAP_SYS_ADMIN.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"syscall"

	seccomp "github.com/elastic/go-seccomp-bpf"
	"github.com/opencontainers/runtime-spec/specs-go"

	"github.com/beylareceiver/beylareceiver/internal/tools/deploy/profile"
)

func main() {
	if len(os.Args) < 4 || os.Args[2] != "--" {
		fmt.Fprintln(os.Stderr, "usage: confine profile.json -- program [arguments]")
		os.Exit(2)
	}
	if err := confine(os.Args[1], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "confine:", err)
		os.Exit(1)
	}
}

// confine returns only if something failed.
func confine(path string, argv []string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	var p specs.LinuxSeccomp
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("read the profile: %w", err)
	}
	policy, err := profile.Policy(p)
	if err != nil {
		return fmt.Errorf("turn the profile into a filter: %w", err)
	}
	program, err := exec.LookPath(argv[0])
	if err != nil {
		return fmt.Errorf("find the program: %w", err)
	}
	filter := seccomp.Filter{NoNewPrivs: true, Flag: seccomp.FilterFlagTSync, Policy: policy}
	if err := seccomp.LoadFilter(filter); err != nil {
		return fmt.Errorf("install the filter: %w", err)
	}
	if err := syscall.Exec(program, argv, os.Environ()); err != nil {
		return fmt.Errorf("run %s: %w", program, err)
	}
	return nil
}
