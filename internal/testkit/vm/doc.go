// Package vm runs static test binaries on other kernels: run.sh boots one under software emulation, with
// nothing but busybox and the binary, matrix.sh goes through all that are supported (make vm-test).
// Its test is the part of that which every change has to pass.
package vm
