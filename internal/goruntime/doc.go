// Package goruntime tells of an executable file whether it is a Go program, of which
// Go version, and where in its runtime's g struct the id of a goroutine lies and that of
// the goroutine which started it. With these [Offsets] a reader of a thread's registers
// knows which goroutine the thread runs, with nothing put into the process.
//
// # Where g is
//
// amd64: the pointer to the running g lies in thread-local storage, at fsbase-8, and is
// good for as long as Go code, or a system call made by it, runs. The linker of Go puts
// it there (cmd/link/internal/ld, Flagtlsoffset). An external linker puts it
// wherever thread-local variables of C leave room: the program's PT_TLS segment and, where that holds
// more than g, the symbol runtime.tlsg say where. A program with g elsewhere has no offsets.
//
// arm64: register x28 in Go code and in system calls made by it. C code may have anything in
// x28, so programs with thread-local storage, which is what linking with C leaves, have no offsets.
//
// In C code called from Go (amd64), on the scheduler's own stack and in signal handlers g is
// one of the runtime's own, whose goid is 0: no goroutine. In a thread that C made, the
// pointer is null until it first calls Go.
//
// # Where the ids are
//
// In the program's own DWARF data, when it has them and they are within bounds; else
// in a table by Go version (table.go), which is made from src/runtime/runtime2.go of each
// release. What neither of them knows has no offsets, never a guess: newer versions, development
// versions, release candidates, toolchains with a name of their own, unknown GOEXPERIMENTs.
//
// # Hostile files
//
// Anybody may start a program whose file was made to harm who reads it. All reads are of bounded
// size, nothing is searched for without a bound, and the file's numbers are checked before use;
// debug/elf, debug/dwarf and debug/buildinfo, which say of themselves that they are not
// made for that, are not used.
package goruntime
