package release

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestABuildIsCalledWhatIsBestKnownOfIt(t *testing.T) {
	settings := func(pairs ...string) []debug.BuildSetting {
		var all []debug.BuildSetting
		for i := 0; i < len(pairs); i += 2 {
			all = append(all, debug.BuildSetting{Key: pairs[i], Value: pairs[i+1]})
		}
		return all
	}
	const revision = "8605310a1b2c3d4e5f60718293a4b5c6d7e8f901"
	for name, c := range map[string]struct {
		stamp string
		build *debug.BuildInfo
		want  string
	}{
		"what was stamped comes first": {
			stamp: "v1.2.3\n", want: "v1.2.3",
			build: &debug.BuildInfo{Main: debug.Module{Version: "v9.9.9"}, Settings: settings("vcs.revision", revision)},
		},
		"a stamp stays one word":                  {stamp: " v1.2.3 rc1\n", want: "v1.2.3-rc1"},
		"a stamp of nothing is none":              {stamp: " \n", build: &debug.BuildInfo{Main: debug.Module{Version: "v1.0.0"}}, want: "v1.0.0"},
		"the module's version, without a stamp":   {build: &debug.BuildInfo{Main: debug.Module{Version: "v1.0.0"}, Settings: settings("vcs.revision", revision)}, want: "v1.0.0"},
		"the revision, where the module has none": {build: &debug.BuildInfo{Main: debug.Module{Version: "(devel)"}, Settings: settings("vcs.revision", revision, "vcs.modified", "false")}, want: "devel-8605310a1b2c"},
		"a revision with changes":                 {build: &debug.BuildInfo{Settings: settings("vcs.modified", "true", "vcs.revision", revision)}, want: "devel-8605310a1b2c-dirty"},
		"a short revision":                        {build: &debug.BuildInfo{Settings: settings("vcs.revision", "12ab")}, want: "devel-12ab"},
		"changes to no revision":                  {build: &debug.BuildInfo{Settings: settings("vcs.modified", "true")}, want: "(devel)"},
		"nothing is known":                        {build: &debug.BuildInfo{}, want: "(devel)"},
		"a build without information":             {want: "(devel)"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, versionOf(c.stamp, c.build)) })
	}
}

func TestTheSourcesCarryNoStamp(t *testing.T) {
	assert.Empty(t, stamped, "version.txt is filled by the release build only, so that other builds are not called a release")
	assert.NotEmpty(t, Version())
}
