//go:build unix

package client

import (
	"os/exec"
	"syscall"
)

// tree makes a command the leader of a process group of its own, by which its children are found.
func tree(command *exec.Cmd) { command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// endTree ends the command and all its children that are in its group. There may be none any more.
func endTree(command *exec.Cmd) { _ = syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
