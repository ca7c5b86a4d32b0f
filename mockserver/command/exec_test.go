package command

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"software.sslmate.com/src/go-pkcs12"
)

// childMode is the environment variable that makes the test program a command for exec.
const childMode = "EXEC_TEST_CHILD"

// child is such a command: an unchanged client, as far as exec can know. It returns its exit
// status.
func child(mode string, args []string) int {
	switch mode {
	case "fetch": // each URL, by the environment's proxy and CAs alone
		bundle, err := os.ReadFile(os.Getenv("SSL_CERT_FILE")) // which Go reads by itself on Linux only
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 9
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(bundle)
		client := &http.Client{Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: roots}}}
		for _, target := range args {
			r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, target, http.NoBody)
			if err != nil {
				return 9
			}
			r.SetBasicAuth(os.Getenv("OAUTHMOCK_EMAIL"), os.Getenv("OAUTHMOCK_API_KEY"))
			answer, err := client.Do(r)
			if err != nil {
				fmt.Println(err)
				return 8
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			fmt.Println(answer.Status, answer.Proto)
		}
	case "exit":
		status, _ := strconv.Atoi(args[0])
		fmt.Fprint(os.Stderr, strings.Join(args[1:], " "))
		return status
	case "env":
		for _, name := range args {
			fmt.Printf("%s=%s\n", name, os.Getenv(name))
		}
	case "wait":
		asked := make(chan os.Signal, 1)
		signal.Notify(asked, syscall.SIGTERM, syscall.SIGHUP)
		fmt.Println("ready")
		fmt.Println(<-asked)
		return 5
	}
	return 0
}

// execute runs exec with the test program as the command.
func execute(t *testing.T, mode string, flags, args []string) (status int, stdout, stderr string) {
	t.Helper()
	t.Setenv(childMode, mode)
	own, err := os.Executable()
	require.NoError(t, err)
	var out, errs safeBuffer
	all := append(append(append([]string{"exec"}, flags...), own), args...)
	status = Run(t.Context(), all, func(string) string { return "" }, &out, &errs)
	return status, out.String(), errs.String()
}

func TestACommandIsLedToTheMock(t *testing.T) {
	status, stdout, stderr := execute(t, "fetch", []string{"--provider-host", "oauth.example.com=clientcred"},
		[]string{"https://oauth.openapi.com/wallet", "http://oauth.openapi.com/wallet", "https://oauth.openapi.it/credit", "https://company.openapi.com/IT-start", "https://oauth.example.com/v1/nothing", "https://example.com/"})
	assert.Equal(t, "200 OK HTTP/2.0\n200 OK HTTP/1.1\n200 OK HTTP/2.0\n401 Unauthorized HTTP/2.0\n404 Not Found HTTP/2.0\nGet \"https://example.com/\": Forbidden\n", stdout)
	assert.Equal(t, 8, status, "the command's own")
	assert.Equal(t, "oauthmock: the proxy refused hosts that the mock does not serve; to let the command reach them: --proxy-pass example.com\n", stderr)
}

func TestACommandHasAnEnvironment(t *testing.T) {
	names := []string{"OAUTHMOCK_EMAIL", "OAUTHMOCK_API_KEY", "NO_PROXY", "no_proxy", "NODE_USE_ENV_PROXY"}
	equal := [][2]string{{"HTTP_PROXY", "http_proxy"}, {"HTTPS_PROXY", "https_proxy"}, {"HTTP_PROXY", "https_proxy"}, {"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}, {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}}
	t.Setenv("NO_PROXY", "*") // which would lead past the mock
	status, stdout, stderr := execute(t, "env", nil, append(names, "OAUTHMOCK_URL", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "OAUTHMOCK_JAVA_OPTIONS"))
	assert.Zero(t, status, stderr)
	assert.Empty(t, stderr)
	assert.True(t, strings.HasPrefix(stdout, "OAUTHMOCK_EMAIL=dev@example.com\nOAUTHMOCK_API_KEY=0123456789abcdef0123456789abcdef\nNO_PROXY=localhost,127.0.0.1,::1\nno_proxy=localhost,127.0.0.1,::1\nNODE_USE_ENV_PROXY=1\nOAUTHMOCK_URL=http://127.0.0.1:"), stdout)
	got := map[string]string{}
	for line := range strings.Lines(stdout) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		got[name] = value
	}
	for _, two := range equal {
		assert.NotEmpty(t, got[two[0]])
		assert.Equal(t, got[two[0]], got[two[1]], two)
	}
	assert.NoFileExists(t, got["SSL_CERT_FILE"], "the files are gone with the mock")
	assert.Contains(t, got["OAUTHMOCK_JAVA_OPTIONS"], "-Djavax.net.ssl.trustStoreType=PKCS12 -Djavax.net.ssl.trustStorePassword=changeit -Dhttp.proxyHost=127.0.0.1")
}

func TestExecEndsAsTheCommandDid(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	met, unmet := file("met.json", `{"match":{"operation":"wallet.get"},"exactly":2}`), file("unmet.json", `[{"match":{"path":"/wallet"}},{"match":{"path":"/tokens"},"atLeast":1}]`)
	wallet := []string{"https://oauth.openapi.com/wallet", "https://oauth.openapi.com/wallet"}
	for name, c := range map[string]struct {
		mode         string
		flags, args  []string
		status       int
		says, prints string
	}{
		"well":                              {mode: "exit", args: []string{"0"}},
		"badly, and its flags are its own":  {mode: "exit", args: []string{"7", "--seed", "x"}, status: 7, says: "--seed x"},
		"as expected":                       {mode: "fetch", flags: []string{"--verify", met}, args: wallet, prints: "200 OK"},
		"not as expected":                   {mode: "fetch", flags: []string{"--verify", unmet}, args: wallet, status: 1, says: "unmet.json: expectation 2: not satisfied: 0 requests match", prints: "200 OK"},
		"nobody knows":                      {mode: "fetch", flags: []string{"--verify", met, "--journal-entries", "1"}, args: wallet, status: 3, says: "inconclusive", prints: "200 OK"},
		"badly, whatever was expected":      {mode: "exit", flags: []string{"--verify", unmet}, args: []string{"7"}, status: 7, says: "not satisfied"},
		"not at all: an expectation":        {mode: "env", flags: []string{"--verify", file("slip.json", `{"mtach":{}}`)}, args: []string{"X"}, status: 2, says: `--verify: ` + filepath.Join(dir, "slip.json") + `: expectation 1: json: unknown field "mtach"`},
		"not at all: no expectation":        {mode: "env", flags: []string{"--verify", file("none.json", `[]`)}, args: []string{"X"}, status: 2, says: "holds no expectation"},
		"not at all: no file":               {mode: "env", flags: []string{"--verify", filepath.Join(dir, "nowhere")}, args: []string{"X"}, status: 2, says: "--verify: "},
		"not at all: no folder for the HAR": {mode: "env", flags: []string{"--journal", filepath.Join(dir, "no", "x.har")}, args: []string{"X"}, status: 2, says: "--journal: "},
		"not at all: a flag":                {mode: "env", flags: []string{"--chaos", "strange"}, args: []string{"X"}, status: 2, says: "--chaos"},
		"not at all: nobody to judge":       {mode: "env", flags: []string{"--certify"}, args: []string{"X"}, status: 2, says: "--certify: oauthconform, which knows the rules for clients, is neither beside oauthmock nor in PATH"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", "")
			status, stdout, stderr := execute(t, c.mode, c.flags, c.args)
			assert.Equal(t, c.status, status, stderr)
			assert.Contains(t, stderr, c.says)
			assert.Contains(t, stdout, c.prints)
			if c.says == "" {
				assert.Empty(t, stderr)
			}
			if c.prints == "" {
				assert.Empty(t, stdout)
			}
		})
	}
	for name, c := range map[string]struct {
		args   []string
		status int
		says   string
	}{
		"no command":           {[]string{"exec"}, 2, "exec wants a command: oauthmock exec -- npm test"},
		"a command of nothing": {[]string{"exec", "--", ""}, 2, "exec wants a command"},
		"an unknown command":   {[]string{"exec", "--", "no-such-command"}, 127, "no-such-command"},
		"a file of data":       {[]string{"exec", "--", met}, 126, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && c.status == 126 {
				t.Skip("Windows goes by names of files")
			}
			var stderr safeBuffer
			assert.Equal(t, c.status, Run(t.Context(), c.args, func(string) string { return "" }, io.Discard, &stderr), stderr.String())
			assert.Contains(t, stderr.String(), c.says)
		})
	}
}

func TestTheJournalOfExecIsAnArchive(t *testing.T) {
	har := filepath.Join(t.TempDir(), "calls.har")
	status, _, stderr := execute(t, "fetch", []string{"--journal", har}, []string{"https://oauth.openapi.com/wallet"})
	require.Zero(t, status, stderr)
	text, err := os.ReadFile(har)
	require.NoError(t, err)
	var archive struct {
		Log struct {
			Entries []struct{ Request struct{ URL string } }
		}
	}
	require.NoError(t, json.Unmarshal(text, &archive))
	require.Len(t, archive.Log.Entries, 1)
	assert.Equal(t, "https://oauth.openapi.com/wallet", archive.Log.Entries[0].Request.URL)
	assert.NotContains(t, string(text), "0123456789abcdef0123456789abcdef")
}

func TestACommandThatASignalEndsHasTheStatusOfAShell(t *testing.T) {
	cmd := exec.Command("sh", "-c", "kill -9 $$")
	err := cmd.Run()
	if cmd.ProcessState == nil {
		t.Skip("there is no sh")
	}
	assert.Equal(t, 128+9, statusOf(cmd.ProcessState, err))
}

func TestEnvPrintsWhatAShellNeeds(t *testing.T) {
	cache := t.TempDir()
	for _, name := range []string{"XDG_CACHE_HOME", "HOME", "LocalAppData"} {
		t.Setenv(name, cache)
	}
	p := start(t, nil, "--proxy-addr", "127.0.0.1:0")
	run := func(args ...string) (int, string, string) {
		var out, errs safeBuffer
		status := Run(t.Context(), append([]string{"env", "--url", p.url}, args...), func(string) string { return "" }, &out, &errs)
		return status, out.String(), errs.String()
	}
	status, stdout, stderr := run("--shell", "sh")
	require.Zero(t, status, stderr)
	assert.Contains(t, stdout, "export OAUTHMOCK_URL='"+p.url+"'\n")
	assert.Contains(t, stdout, "export https_proxy='"+p.endpoints().Proxy+"'\n")
	_, after, _ := strings.Cut(stdout, "export SSL_CERT_FILE='")
	bundle, _, _ := strings.Cut(after, "'")
	assert.True(t, strings.HasPrefix(bundle, cache), bundle)
	text, err := os.ReadFile(bundle)
	require.NoError(t, err)
	_, ca := p.ask("GET", "/__admin/ca.pem", "")
	assert.True(t, strings.HasPrefix(string(text), ca))
	assert.GreaterOrEqual(t, strings.Count(string(text), "BEGIN CERTIFICATE"), 1)

	_, stdout, _ = run("--shell", "fish")
	assert.Contains(t, stdout, "set -gx HTTP_PROXY '")
	_, stdout, _ = run("--shell", "powershell")
	assert.Contains(t, stdout, "$env:HTTP_PROXY = '")
	status, _, stderr = run("--shell", "csh")
	assert.Equal(t, 2, status)
	assert.Contains(t, stderr, "none of sh, fish and powershell")

	var errs safeBuffer
	plain := start(t, nil)
	assert.Equal(t, 1, Run(t.Context(), []string{"env", "--url", plain.url}, func(string) string { return "" }, io.Discard, &errs))
	assert.Contains(t, errs.String(), "has no proxy that could lead programs to it: start it with --proxy-addr")
}

func TestShellsReadBackWhatTheyAreGiven(t *testing.T) {
	odd := pair{"ODD", `it's a "\$HOME" \' ` + "`x`"}
	assert.Equal(t, `set -gx ODD 'it\'s a "\\$HOME" \\\' `+"`x`'", shells()["fish"](odd))
	assert.Equal(t, `$env:ODD = 'it''s a "\$HOME" \'' `+"`x`'", shells()["powershell"](odd))
	out, err := exec.Command("sh", "-c", shells()["sh"](odd)+`; printf %s "$ODD"`).Output()
	if err != nil {
		t.Skip("there is no sh")
	}
	assert.Equal(t, odd.value, string(out))
}

func TestTrustIsTheMocksAndTheSystems(t *testing.T) {
	p := start(t, nil, "--proxy-addr", "127.0.0.1:0")
	_, ca := p.ask("GET", "/__admin/ca.pem", "")
	system := filepath.Join(t.TempDir(), "system.pem")
	_, other := start(t, nil, "--proxy-addr", "127.0.0.1:0").ask("GET", "/__admin/ca.pem", "")
	write(t, system, "# a comment\n"+other+"rubbish\n"+string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("no certificate")})))
	files, err := writeTrust(t.TempDir(), []byte(ca), func(string) string { return system })
	require.NoError(t, err)
	store, err := os.ReadFile(files.store)
	require.NoError(t, err)
	certificates, err := pkcs12.DecodeTrustStore(store, storePassword)
	require.NoError(t, err)
	require.Len(t, certificates, 2)
	assert.True(t, certificates[0].IsCA)
	alone, err := os.ReadFile(files.ca)
	require.NoError(t, err)
	assert.Equal(t, ca, string(alone))
}
