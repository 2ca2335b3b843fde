// Command seccompprofile prints the system call filter of the examples.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/beylareceiver/beylareceiver/internal/tools/deploy/profile"
)

func main() {
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	if err := out.Encode(profile.Make()); err != nil {
		fmt.Fprintln(os.Stderr, "seccompprofile: write:", err)
		os.Exit(1)
	}
}
