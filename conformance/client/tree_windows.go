package client

import (
	"os/exec"
	"strconv"
)

// tree does nothing: Windows knows whose child a process is.
func tree(*exec.Cmd) {}

// endTree ends the command and all its children. There may be none any more.
func endTree(command *exec.Cmd) {
	_ = exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(command.Process.Pid)).Run()
	_ = command.Process.Kill()
}
