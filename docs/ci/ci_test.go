package ci

import (
	"os"
	"os/exec"
	"path/filepath"
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

func TestTheGitHubExampleIsAWorkflow(t *testing.T) {
	workflow := read[struct {
		Name string
		On   []string
		Env  map[string]string
		Jobs map[string]struct {
			RunsOn string `yaml:"runs-on"`
			Steps  []struct{ Name, Uses, Run string }
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
		assert.Regexp(t, `oauthconform run[^\n]*(\\\n[^\n]*)*--report junit=`, all, name)
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
