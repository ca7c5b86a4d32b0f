package scenarios_test

import (
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

var freeze = flag.Bool("freeze", false, "write requirement sets for the documents as they are")

// editions are the versions of the published documents.
func editions() map[string]string {
	return map[string]string{"v2": "2.1.0", "v1": "1.0.0", "clientcred": "1.0.0", "authcode": "1.0.0"}
}

func TestFrozenSetsRequireWhatIsThereAndMeansWhatItMeant(t *testing.T) {
	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	if *freeze {
		for _, d := range spec.All() {
			write(t, d, all)
		}
		return // the next run has them in it
	}
	for surface, edition := range editions() {
		assert.Contains(t, scenarios.RequirementSets(), surface+"-"+edition)
	}
	for _, name := range scenarios.RequirementSets() {
		set, err := scenarios.Requirements(name)
		require.NoError(t, err)
		assert.NotEmpty(t, set.Requirements, name)
		assert.Empty(t, set.Check(all), "%s is frozen", name)
		for id := range set.Requirements {
			i := slices.IndexFunc(all, func(s scenarios.Scenario) bool { return s.ID == id })
			require.GreaterOrEqual(t, i, 0)
			assert.Equal(t, scenarios.Must, all[i].Level, "%s requires what the document says", id)
			assert.Equal(t, strings.HasSuffix(name, "-control"), needsControl(&all[i]), "%s: what needs a control API is a set of its own", id)
		}
	}
}

func needsControl(s *scenarios.Scenario) bool {
	return len(s.ControlReasons()) > 0 || s.NeedsServices() || s.NeedsSandbox()
}

func write(t *testing.T, d *spec.Document, all []scenarios.Scenario) {
	t.Helper()
	text, err := os.ReadFile("../spec/" + d.Name() + "/openapi.json")
	require.NoError(t, err)
	sum := sha256.Sum256(text)
	for _, suffix := range []string{"", "-control"} {
		set := scenarios.RequirementSet{
			Version: "1.0", Name: d.Name() + "-" + editions()[d.Name()] + suffix, Surface: d.Name(), Document: hex.EncodeToString(sum[:]),
			Requirements: map[string]string{},
		}
		for i := range all {
			s := &all[i]
			if s.Level == scenarios.Must && strings.HasPrefix(s.ID, d.Name()+"/") && needsControl(s) == (suffix != "") {
				set.Requirements[s.ID] = s.Meaning()
			}
		}
		if len(set.Requirements) == 0 {
			continue
		}
		out, err := yaml.Marshal(set)
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("requirements/"+set.Name+".yaml", out, 0o644))
	}
}

func TestTheMeaningChangesWithWhatIsAssertedAlone(t *testing.T) {
	file := func(change ...string) string {
		return strings.NewReplacer(change...).Replace(`version: "1.0"
scenarios:
  - id: v2/a/b
    title: A
    level: OBSERVE
    requirement: It is so.
    source: "assumed: by us"
    steps:
      - name: read it
        call: wallet.get
        expect: {status: 200, body: {$.error: null}}
`)
	}
	meaning := func(text string) string {
		all, err := scenarios.Load(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		require.NoError(t, err)
		return all[0].Meaning()
	}
	first := meaning(file())
	assert.Equal(t, first, meaning(file("title: A", "title: B", "    steps:", "    # why\n\n    steps:", "It is so.", ">-\n      It is\n      so.")))
	for _, change := range [][2]string{
		{"status: 200", "status: 201"}, {"$.error: null", "$.error: 1"}, {"wallet.get", "token.list"}, {"OBSERVE", "SHOULD"}, {"It is so.", "It is not so."},
		{", body: {$.error: null}", ""}, {"$.error: null", "$.error: {type: string}"},
	} {
		assert.NotEqual(t, first, meaning(file(change[0], change[1])), fmt.Sprint(change))
	}
}

func TestASetThatNamesWhatIsNotThereIsRefused(t *testing.T) {
	all, err := scenarios.Load(scenarios.Embedded())
	require.NoError(t, err)
	set, err := scenarios.Requirements("v2-2.1.0")
	require.NoError(t, err)
	digest := set.Digest()
	set.Requirements["v2/no/such"] = "0"
	assert.NotEqual(t, digest, set.Digest())
	for id := range set.Requirements {
		if id != "v2/no/such" {
			set.Requirements[id] = "changed"
			break
		}
	}
	assert.Len(t, set.Check(all), 2)
	_, err = scenarios.Requirements("v2-2.1.1")
	assert.ErrorContains(t, err, "v2-2.1.0")
}
