package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"oauthmock/mockserver/admin"
	"oauthmock/mockserver/verify"
)

// readExpectations reads and checks the file of --verify, so that a mistake in it is reported
// before the command runs.
func (x *execution) readExpectations(m *instance) (out [][]byte, err error) {
	if x.expectations == "" {
		return nil, nil
	}
	text, err := readBounded(x.expectations)
	if err != nil {
		return nil, usageError{fmt.Errorf("--verify: %w", err)}
	}
	var all []json.RawMessage
	if trimmed := bytes.TrimSpace(text); len(trimmed) > 0 && trimmed[0] == '[' {
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, usageError{fmt.Errorf("--verify: %s: %w", x.expectations, err)}
		}
		if len(all) == 0 {
			return nil, usageError{fmt.Errorf("--verify: %s holds no expectation", x.expectations)}
		}
	} else {
		all = []json.RawMessage{text}
	}
	for i, one := range all {
		decoder := json.NewDecoder(bytes.NewReader(one))
		decoder.DisallowUnknownFields()
		var expectation verify.Expectation
		err := decoder.Decode(&expectation)
		if err == nil && decoder.More() {
			err = errors.New("there is something behind it; want one object, or a list of them")
		}
		if err == nil {
			_, err = verify.Compile(expectation, m.mock.Redactor())
		}
		if err != nil {
			return nil, usageError{fmt.Errorf("--verify: %s: expectation %d: %w", x.expectations, i+1, err)}
		}
		out = append(out, one)
	}
	return out, nil
}

// findJudge finds oauthconform, beside this program or in PATH.
func findJudge() (string, error) {
	name := "oauthconform"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	if own, err := os.Executable(); err == nil {
		if beside := filepath.Join(filepath.Dir(own), name); isFile(beside) {
			return beside, nil
		}
	}
	found, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New("oauthconform, which knows the rules for clients, is neither beside oauthmock nor in PATH")
	}
	return found, nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// callJudge runs oauthconform on the journal. Its output goes to standard error, because standard
// output is the command's.
func (x *execution) callJudge(ctx context.Context, asks *client) (int, error) {
	cmd := exec.CommandContext(ctx, x.judge, "client", "--admin-url", asks.url+admin.Prefix)
	cmd.Env = os.Environ()
	if asks.adminToken != "" {
		cmd.Env = environ(cmd.Env, []pair{{"OAUTHCONFORM_ADMIN_TOKEN", asks.adminToken}})
	}
	cmd.Stdout, cmd.Stderr = x.stderr, x.stderr
	err := cmd.Run()
	if cmd.ProcessState == nil {
		return exitUnknown, err
	}
	switch code := cmd.ProcessState.ExitCode(); code {
	case exitOK, exitError, exitUnknown:
		return code, nil
	default:
		return exitUnknown, fmt.Errorf("%s ended with status %d", x.judge, code)
	}
}
