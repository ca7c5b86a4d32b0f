//go:build !unix && !windows

package client

import "os/exec"

// tree does nothing: the system has no process groups that could be ended.
func tree(*exec.Cmd) {}

// endTree ends the command.
func endTree(command *exec.Cmd) { _ = command.Process.Kill() }
