package testkit

import (
	"os/exec"
	"syscall"
)

// ownGroup makes the process the head of a process group of its own, and lets
// it end with the test binary, whatever ended that.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}

// killGroup kills what is left of the group that pid heads.
func killGroup(pid int) {
	_ = syscall.Kill(-pid, syscall.SIGKILL) // ESRCH: nothing is left
}
