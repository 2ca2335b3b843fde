// Command blocked has a goroutine, started by another than main's, say who it is and then
// wait in read(2) on the standard input: "goid parent tid". The parent is 0 when the
// version does not tell.
package main

import (
	"fmt"
	"runtime"
	"strings"
	"syscall"
)

func main() {
	// The first thread is main's: who waits for the process would take a tracer's news of that one.
	runtime.LockOSThread()
	go func() {
		go block()
		select {}
	}()
	select {}
}

func block() {
	runtime.LockOSThread()
	touchC()
	b := make([]byte, 4096)
	stack := string(b[:runtime.Stack(b, false)])
	var goid, parent uint64
	_, _ = fmt.Sscanf(stack, "goroutine %d", &goid)
	if _, after, ok := strings.Cut(stack, " in goroutine "); ok {
		_, _ = fmt.Sscanf(after, "%d", &parent)
	}
	fmt.Println("ready", goid, parent, syscall.Gettid())
	_, _ = syscall.Read(0, b)
}
