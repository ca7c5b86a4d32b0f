package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"oauthmock/tools/gobuild"
)

// project writes a small project with two programs of the real names, and answers its root.
func project(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	program := "package main\n\nimport (\n\t\"os\"\n\n\t\"oauthmock/release\"\n)\n\nfunc main() { os.Stdout.WriteString(NAME + \" \" + release.Version() + \"\\n\") }\n"
	for name, text := range map[string]string{
		gobuild.Profile:            profile(t),
		"go.mod":                   "module oauthmock\n\ngo 1.26\n",
		"README.md":                "# both\n",
		"LICENSE":                  "You may.\n",
		"CHANGELOG.md":             "# Changes\n",
		"release/version.txt":      "",
		"release/version.go":       "package release\n\nimport (\n\t_ \"embed\"\n\t\"strings\"\n)\n\n//go:embed version.txt\nvar stamped string\n\nfunc Version() string { return strings.TrimSpace(stamped) }\n",
		"cmd/oauthmock/main.go":    strings.ReplaceAll(program, "NAME", `"oauthmock"`),
		"cmd/oauthconform/main.go": strings.ReplaceAll(strings.Replace(program, `"os"`, `"os"; "path/filepath"; "strings"`, 1), "NAME", `strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe")`),
	} {
		write(t, filepath.Join(root, name), text)
	}
	return root
}

// profile is the project's own: of what it does not know the compiler makes nothing.
func profile(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(gobuild.Profile)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// dist runs the program, and answers exit status and output.
func dist(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, func(name string) string { return env[name] }, &out, &errs)
	return code, out.String(), errs.String()
}

// here is this machine, as -platforms takes it.
func here() string { return thisPlatform().String() }

func TestArchivesHoldTheProgramsAndAreTheSameEveryTime(t *testing.T) {
	env := map[string]string{"SOURCE_DATE_EPOCH": "1771000000"}
	var sums []string
	for range 2 {
		root := project(t)
		out := filepath.Join(root, "elsewhere")
		code, stdout, stderr := dist(t, env, "-root", root, "-out", out, "-version", "v1.2.3", "-platforms", "linux/amd64,windows/amd64")
		if code != exitOK {
			t.Fatal(stderr)
		}
		want := []string{"oauthmock_v1.2.3_linux_amd64.tar.gz", "oauthmock_v1.2.3_windows_amd64.zip"}
		for _, name := range want {
			if !strings.Contains(stdout, filepath.Join(out, name)+"\n") {
				t.Errorf("%s is not named in %q", name, stdout)
			}
		}
		if got := list(t, out); !slices.Equal(got, append([]string{sumsFile}, want...)) {
			t.Errorf("the folder holds %q", got)
		}
		tarred, err := readTar(filepath.Join(out, want[0]))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, tarred, "oauthmock_v1.2.3_linux_amd64/", "CHANGELOG.md", "LICENSE", "README.md", "THIRD_PARTY_NOTICES.txt", "oauthconform", "oauthmock")
		zipped, err := readZip(filepath.Join(out, want[1]))
		if err != nil {
			t.Fatal(err)
		}
		expect(t, zipped, "oauthmock_v1.2.3_windows_amd64/", "CHANGELOG.md", "LICENSE", "README.md", "THIRD_PARTY_NOTICES.txt", "oauthconform.exe", "oauthmock.exe")

		text, err := os.ReadFile(filepath.Join(out, sumsFile))
		if err != nil {
			t.Fatal(err)
		}
		var lines string
		for _, name := range want {
			data, err := os.ReadFile(filepath.Join(out, name))
			if err != nil {
				t.Fatal(err)
			}
			lines += fmt.Sprintf("%x  %s\n", sha256.Sum256(data), name)
		}
		if string(text) != lines {
			t.Errorf("%s holds %q instead of %q", sumsFile, text, lines)
		}
		sums = append(sums, lines)

		if stamp, err := os.ReadFile(filepath.Join(root, versionFile)); err != nil || len(stamp) > 0 {
			t.Errorf("the sources were changed: %s holds %q (%v)", versionFile, stamp, err)
		}
	}
	if sums[0] != sums[1] {
		t.Errorf("two folders, two results:\n%s%s", sums[0], sums[1])
	}
}

func list(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// expect demands names in this order, programs that can be run, and papers that cannot.
func expect(t *testing.T, got []entry, folder string, want ...string) {
	t.Helper()
	var all []string
	for _, e := range got {
		all = append(all, strings.TrimPrefix(e.name, folder))
		wantMode := "-rwxr-xr-x"
		if slices.Contains([]string{"CHANGELOG.md", "LICENSE", "README.md", "THIRD_PARTY_NOTICES.txt"}, filepath.Base(e.name)) {
			wantMode = "-rw-r--r--"
		}
		if e.mode.String() != wantMode || len(e.data) == 0 {
			t.Errorf("%s is %s of %d bytes", e.name, e.mode, len(e.data))
		}
	}
	if !slices.Equal(all, want) {
		t.Errorf("the archive holds %q instead of %q", all, want)
	}
}

func TestTheDateOfTheFilesIsInTheArchive(t *testing.T) {
	root := project(t)
	var seen [][]byte
	for _, epoch := range []string{"1771000000", "1771086400"} {
		out := filepath.Join(root, epoch)
		if code, _, stderr := dist(t, map[string]string{"SOURCE_DATE_EPOCH": epoch}, "-root", root, "-out", out, "-version", "v1", "-platforms", "linux/amd64"); code != exitOK {
			t.Fatal(stderr)
		}
		data, err := os.ReadFile(filepath.Join(out, "oauthmock_v1_linux_amd64.tar.gz"))
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, data)
	}
	if bytes.Equal(seen[0], seen[1]) {
		t.Error("another SOURCE_DATE_EPOCH makes no difference")
	}
}

func TestWithoutALicenceNothingIsReleased(t *testing.T) {
	root := project(t)
	if err := os.Remove(filepath.Join(root, "LICENSE")); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := dist(t, nil, "-root", root, "-version", "v1", "-platforms", "linux/amd64"); code != exitError || !strings.Contains(stderr, "LICENSE") {
		t.Errorf("%d %s", code, stderr)
	}
}

func TestTheLicencesOfAnImageLieInAFolder(t *testing.T) {
	root, out := project(t), t.TempDir()
	licences := filepath.Join(out, "licences")
	if code, _, stderr := dist(t, nil, "-root", root, "-version", "v1", "-binaries", filepath.Join(out, "bin"), "-licences", licences); code != exitOK {
		t.Fatal(stderr)
	}
	if got := list(t, licences); !slices.Equal(got, []string{"LICENSE", "THIRD_PARTY_NOTICES.txt"}) {
		t.Error(got)
	}
	if code, _, _ := dist(t, nil, "-root", root, "-licences", licences); code != exitUsage {
		t.Error("-licences is for -binaries only")
	}
}

// The notices are made of the project itself: each module that the programs link must have a
// licence.
func TestTheNoticesNameWhatIsLinked(t *testing.T) {
	text, err := (&builder{root: filepath.Join("..", "..")}).notices(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"\ngithub.com/gin-gonic/gin v", "\ngithub.com/brianvoe/gofakeit/v7 v", "\ngithub.com/getkin/kin-openapi v", "\ngo1.", "Redistribution and use in source and binary forms"} {
		if !bytes.Contains(text, []byte(part)) {
			t.Errorf("%q is not in the notices", part)
		}
	}
	if bytes.Contains(text, []byte("testify")) {
		t.Error("what only tests need is not passed on")
	}
}

func TestAModuleWithoutALicenceIsNotPassedOn(t *testing.T) {
	var text bytes.Buffer
	if err := notice(&text, "example.com/m v1", t.TempDir()); !errors.Is(err, errNoLicence) {
		t.Error(err)
	}
}

func TestTheProgramsAloneSayTheirVersion(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want string
	}{
		"by the flag":                         {args: []string{"-version", "v3.1.0-rc.1"}, want: "v3.1.0-rc.1"},
		"by the environment":                  {env: map[string]string{"VERSION": "v4.0.0"}, want: "v4.0.0"},
		"by the flag, not by the environment": {env: map[string]string{"VERSION": "v4.0.0"}, args: []string{"-version", "v5.0.0"}, want: "v5.0.0"},
	} {
		t.Run(name, func(t *testing.T) {
			root := project(t)
			into := filepath.Join(t.TempDir(), "bin")
			code, _, stderr := dist(t, c.env, append([]string{"-root", root, "-binaries", into}, c.args...)...)
			if code != exitOK {
				t.Fatal(stderr)
			}
			for _, program := range programs() {
				output, err := exec.CommandContext(t.Context(), filepath.Join(into, thisPlatform().program(program))).Output()
				if err != nil || string(output) != program+" "+c.want+"\n" {
					t.Errorf("%s prints %q (%v)", program, output, err)
				}
			}
			if _, err := os.Stat(filepath.Join(root, "dist")); err == nil {
				t.Error("archives were made too")
			}
		})
	}
}

func TestTheProgramsCanBeForAnotherPlatform(t *testing.T) {
	into := t.TempDir()
	if code, _, stderr := dist(t, nil, "-root", project(t), "-version", "v1", "-binaries", into, "-platforms", "windows/amd64"); code != exitOK {
		t.Fatal(stderr)
	}
	if got := list(t, into); !slices.Equal(got, []string{"oauthconform.exe", "oauthmock.exe"}) {
		t.Errorf("the folder holds %q", got)
	}
}

func TestAVersionThatIsNotStampedIsFound(t *testing.T) {
	root := project(t)
	write(t, filepath.Join(root, "release/version.go"), "package release\n\nfunc Version() string { return \"v0\" }\n")
	code, _, stderr := dist(t, nil, "-root", root, "-version", "v1", "-binaries", t.TempDir())
	if code != exitError || !strings.Contains(stderr, "oauthconform version prints") {
		t.Errorf("exit status %d, %s", code, stderr)
	}
}

func TestWhatIsWrongIsRefused(t *testing.T) {
	root := project(t)
	broken := project(t)
	write(t, filepath.Join(broken, "cmd/oauthmock/main.go"), "package main\n\nfunc main() { nobody() }\n")
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		code int
		says string
	}{
		"an unknown flag":                  {args: []string{"-rot"}, code: exitUsage, says: "-rot"},
		"an argument":                      {args: []string{"v1.2.3"}, code: exitUsage, says: `"v1.2.3"`},
		"a root that is none":              {args: []string{"-root", t.TempDir()}, code: exitUsage, says: "is not the root"},
		"a platform that is none":          {args: []string{"-root", root, "-platforms", "linux"}, code: exitUsage, says: `"linux"`},
		"a platform of three parts":        {args: []string{"-root", root, "-platforms", "linux/arm/v7"}, code: exitUsage, says: `"linux/arm/v7"`},
		"programs for many platforms":      {args: []string{"-root", root, "-binaries", "x", "-platforms", "linux/amd64,linux/arm64"}, code: exitUsage, says: "-binaries"},
		"programs and archives":            {args: []string{"-root", root, "-binaries", "x", "-out", "y"}, code: exitUsage, says: "-binaries"},
		"a version that is a path":         {args: []string{"-root", root, "-version", "../v1"}, code: exitError, says: `"../v1"`},
		"a version of two lines":           {args: []string{"-root", root, "-version", "v1\nv2"}, code: exitError, says: "version"},
		"no version and no git":            {args: []string{"-root", root}, code: exitError, says: "VERSION=v1.2.3"},
		"a date that is none":              {env: map[string]string{"SOURCE_DATE_EPOCH": "today"}, args: []string{"-root", root, "-version", "v1"}, code: exitError, says: `"today"`},
		"a platform that Go does not know": {args: []string{"-root", root, "-version", "v1", "-platforms", "linux/none"}, code: exitError, says: "linux/none"},
		"sources that do not compile":      {args: []string{"-root", broken, "-version", "v1", "-platforms", here()}, code: exitError, says: "undefined: nobody"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := dist(t, c.env, c.args...)
			if code != c.code || !strings.Contains(stderr, c.says) || stdout != "" {
				t.Errorf("exit status %d, stdout %q, stderr %q", code, stdout, stderr)
			}
		})
	}
}

func TestGitTellsVersionAndDate(t *testing.T) {
	root := project(t)
	command := func(args ...string) {
		c := exec.CommandContext(t.Context(), "git", append([]string{"-C", root, "-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
		c.Env = append(os.Environ(), "GIT_COMMITTER_DATE=2026-02-12T08:30:00Z", "GIT_AUTHOR_DATE=2026-02-12T08:30:00Z", "GIT_CONFIG_GLOBAL="+os.DevNull)
		if output, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, output)
		}
	}
	command("init", "--quiet")
	command("add", ".")
	command("commit", "--quiet", "--message", "first")
	command("tag", "v7.0.0")

	if version, err := versionOf(t.Context(), root, ""); err != nil || version != "v7.0.0" {
		t.Errorf("version %q (%v)", version, err)
	}
	if date, err := dateOf(t.Context(), root, ""); err != nil || date.Format("2006-01-02T15:04:05Z") != "2026-02-12T08:30:00Z" {
		t.Errorf("date %s (%v)", date, err)
	}
	write(t, filepath.Join(root, "README.md"), "changed\n")
	if version, err := versionOf(t.Context(), root, ""); err != nil || version != "v7.0.0-dirty" {
		t.Errorf("version %q (%v)", version, err)
	}
}

func TestADateThatAZipFileCannotTellIsTheEarliest(t *testing.T) {
	for _, asked := range []string{"0", "315532799"} {
		if date, err := dateOf(t.Context(), t.TempDir(), asked); err != nil || !date.Equal(earliest()) {
			t.Errorf("%s: %s (%v)", asked, date, err)
		}
	}
	if date, err := dateOf(t.Context(), t.TempDir(), ""); err != nil || !date.Equal(earliest()) {
		t.Errorf("without git: %s (%v)", date, err)
	}
}

func TestReleasesAreMadeForSixPlatforms(t *testing.T) {
	got, err := parsePlatforms("", false)
	want := []platform{{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v (%v)", got, err)
	}
	if got, err := parsePlatforms("", true); err != nil || !slices.Equal(got, []platform{{runtime.GOOS, runtime.GOARCH}}) {
		t.Errorf("%v (%v)", got, err)
	}
}

func TestThePageOfAnArchiveLeadsNowhereOutsideOfIt(t *testing.T) {
	page := "see [faults](docs/faults.md#effects), [below](#x), [the licence](LICENSE), [the web](https://example.com/a) and `[a](b)`"
	got := string(standalone([]byte(page), func(name string) bool { return name == "LICENSE" }))
	if want := "see faults, [below](#x), [the licence](LICENSE), [the web](https://example.com/a) and `a`"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if left := regexp.MustCompile(`\]\([^#h)]`).FindString(string(standalone(readme, func(string) bool { return false }))); left != "" {
		t.Errorf("a link leads out of the archive: %s", left)
	}
}
