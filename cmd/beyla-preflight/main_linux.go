//go:build amd64 || arm64

package main

import (
	"os"

	"github.com/beylareceiver/beylareceiver/internal/preflight"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr, preflight.Here)) }
