//go:build !linux || (!amd64 && !arm64)

package main

import (
	"fmt"
	"os"
	"runtime"
)

func main() {
	fmt.Fprintf(os.Stderr, "beyla-preflight: sockets are read on linux/amd64 and linux/arm64 only, this is %s/%s\n", runtime.GOOS, runtime.GOARCH)
	os.Exit(missing)
}
