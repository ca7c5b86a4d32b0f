package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// read parses a YAML file of the project strictly: a key that stands twice is an error.
func read[T any](t *testing.T, path string) T {
	t.Helper()
	text, err := os.ReadFile(filepath.FromSlash(path))
	require.NoError(t, err)
	var value T
	require.NoError(t, yaml.Unmarshal(text, &value), path)
	return value
}

// parses demands that a shell can read a script.
func parses(t *testing.T, script string) {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell on this machine")
	}
	command := exec.CommandContext(t.Context(), shell, "-n")
	command.Stdin = strings.NewReader(script)
	output, err := command.CombinedOutput()
	assert.NoError(t, err, "%s\n%s", output, script)
}

// step of a workflow or an action.
type step struct {
	ID, Name, Uses, Run, Shell, If string
	Env, With                      map[string]string
}

func TestTheGitHubExampleIsAWorkflow(t *testing.T) {
	workflow := read[struct {
		Name string
		On   []string
		Env  map[string]string
		Jobs map[string]struct {
			RunsOn string `yaml:"runs-on"`
			Steps  []step
		}
	}](t, "github-actions.yml")
	assert.NotEmpty(t, workflow.Name)
	assert.NotEmpty(t, workflow.On)
	assert.NotEmpty(t, workflow.Jobs)
	for name, job := range workflow.Jobs {
		assert.NotEmpty(t, job.RunsOn, name)
		var all string
		for _, step := range job.Steps {
			assert.NotEqual(t, step.Uses == "", step.Run == "", "%s: a step either uses an action or runs a script: %q", name, step.Name)
			parses(t, step.Run)
			all += step.Run
		}
		if slices.ContainsFunc(job.Steps, func(s step) bool { return strings.HasPrefix(s.Uses, "your-org/oauthmock@") }) {
			continue // the action writes the reports
		}
		assert.Regexp(t, `oauthconform run[^\n]*(\\\n[^\n]*)*--report junit=`, all, name)
	}
}

// action is what action.yml says.
type action struct {
	Name, Description string
	Inputs, Outputs   map[string]struct{ Description, Default, Value string }
	Runs              struct {
		Using string
		Steps []step
	}
}

func TestTheActionIsOneAndItsInputsAreUsed(t *testing.T) {
	one := read[action](t, "../../action.yml")
	assert.Equal(t, "composite", one.Runs.Using)
	var all strings.Builder
	for _, step := range one.Runs.Steps {
		assert.NotEqual(t, step.Uses == "", step.Run == "", "a step either uses an action or runs a script: %q", step.Name)
		if step.Run != "" {
			assert.Equal(t, "bash", step.Shell, "a composite action names its shell: %q", step.Name)
			assert.NotContains(t, step.Run, "${{", "inputs go by the environment, where they are not code: %q", step.Name)
		}
		all.WriteString(step.If)
		for _, of := range []map[string]string{step.Env, step.With} {
			for _, value := range of {
				all.WriteString(value + " ")
			}
		}
	}
	for name, input := range one.Inputs {
		assert.NotEmpty(t, input.Description, name)
		assert.Contains(t, all.String(), "inputs."+name)
	}
}

// The scripts of the action run as on a runner, with programs instead of those that it builds.
func TestTheScriptsOfTheActionServeAndRun(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("there is no bash on this machine")
	}
	one := read[action](t, "../../action.yml")
	for name, tc := range map[string]struct {
		id, program string
		environment []string
		status      int
		output, env string
		arguments   string
	}{
		"serve": {id: "serve", program: `[ "$1" = serve ] || exit 9; echo "$*" >"$RUNNER_TEMP/arguments"; echo http://127.0.0.1:4711 >"$5"`, environment: []string{"ARGS=--rate-limit\noff"},
			output: "url=http://127.0.0.1:4711\n", env: "OAUTH_BASE_URL=http://127.0.0.1:4711\n", arguments: "--rate-limit off"},
		"serve that does not start": {id: "serve", program: `exit 2`, status: 1},
		"run":                       {id: "run", program: `echo "$*" >"$RUNNER_TEMP/arguments"; exit 1`, environment: []string{"ARGS=--require\nmust>=1.0", "OAUTH_BASE_URL=http://127.0.0.1:4711"}, status: 1, output: "exit-status=1\n", arguments: "run --require must>=1.0 --base-url http://127.0.0.1:4711 --report console=-"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			programs := filepath.Join(dir, "oauthmock-bin")
			require.NoError(t, os.Mkdir(programs, 0o755))
			for _, program := range []string{"oauthmock", "oauthconform"} {
				require.NoError(t, os.WriteFile(filepath.Join(programs, program), []byte("#!/bin/sh\n"+tc.program+"\n"), 0o755))
			}
			i := slices.IndexFunc(one.Runs.Steps, func(s step) bool { return s.ID == tc.id })
			require.GreaterOrEqual(t, i, 0)
			command := exec.CommandContext(t.Context(), bash, "-e", "-o", "pipefail", "-c", one.Runs.Steps[i].Run)
			file := func(name string) string { return filepath.Join(dir, name) }
			command.Env = append([]string{"PATH=" + os.Getenv("PATH"), "RUNNER_TEMP=" + dir, "GITHUB_OUTPUT=" + file("output"), "GITHUB_ENV=" + file("env"),
				"GITHUB_STEP_SUMMARY=" + file("summary")}, tc.environment...)
			printed, _ := command.CombinedOutput()
			assert.Equal(t, tc.status, command.ProcessState.ExitCode(), "%s", printed)
			for name, want := range map[string]string{"output": tc.output, "env": tc.env} {
				got, _ := os.ReadFile(file(name))
				assert.Equal(t, want, string(got), name)
			}
			arguments, _ := os.ReadFile(file("arguments"))
			assert.Contains(t, string(arguments), tc.arguments)
		})
	}
}

func TestTheGitLabExampleIsAPipeline(t *testing.T) {
	jobs := read[map[string]yaml.Node](t, "gitlab-ci.yml")
	suites := 0
	for name, node := range jobs {
		if name == "stages" || name == "variables" || strings.HasPrefix(name, ".") {
			continue
		}
		var job struct {
			Image  string
			Script []string
			After  []string `yaml:"after_script"`
		}
		require.NoError(t, node.Decode(&job), name)
		assert.NotEmpty(t, job.Image, name)
		require.NotEmpty(t, job.Script, name)
		script := strings.Join(job.Script, "\n")
		parses(t, script)
		parses(t, strings.Join(job.After, "\n"))
		if strings.Contains(script, "oauthconform run") {
			suites++
			assert.Contains(t, script, "--report junit=", name)
		}
	}
	assert.Positive(t, suites)
}

func TestTheComposeFileWaitsForAHealthyMockAndGrantsNothing(t *testing.T) {
	type service struct {
		Command     []string
		Environment map[string]string
		ReadOnly    bool     `yaml:"read_only"`
		Drop        []string `yaml:"cap_drop"`
		Security    []string `yaml:"security_opt"`
		Healthcheck struct{ Test []string }
		DependsOn   map[string]struct{ Condition string } `yaml:"depends_on"`
	}
	services := read[struct{ Services map[string]service }](t, "../../compose.yaml").Services
	require.Contains(t, services, "mock")
	require.Contains(t, services, "suite")
	for name, s := range services {
		assert.True(t, s.ReadOnly, name)
		assert.Equal(t, []string{"ALL"}, s.Drop, name)
		assert.Equal(t, []string{"no-new-privileges:true"}, s.Security, name)
	}
	mock, suite := services["mock"], services["suite"]
	assert.Equal(t, []string{"CMD", "oauthmock", "healthcheck"}, mock.Healthcheck.Test)
	assert.Equal(t, "service_healthy", suite.DependsOn["mock"].Condition)
	assert.NotEmpty(t, mock.Environment["OAUTHMOCK_ADMIN_TOKEN"])
	assert.Equal(t, mock.Environment["OAUTHMOCK_ADMIN_TOKEN"], suite.Environment["OAUTHCONFORM_ADMIN_TOKEN"])
}
