package command

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// process is `oauthmock serve` running in this process.
type process struct {
	t      *testing.T
	url    string
	stop   context.CancelFunc
	code   chan int
	stderr *safeBuffer
}

type safeBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// start runs serve until it has printed its URL. Extra arguments come after --addr 127.0.0.1:0.
func start(t *testing.T, env map[string]string, args ...string) *process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	p := &process{t: t, stop: cancel, code: make(chan int, 1), stderr: &safeBuffer{}}
	go func() {
		p.code <- Run(ctx, append([]string{"serve", "--addr", "127.0.0.1:0"}, args...), func(name string) string { return env[name] }, in, p.stderr)
		_ = in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, p.stderr.String())
	p.url = strings.TrimSpace(line)
	rest := make(chan string, 1)
	go func() {
		more, _ := io.ReadAll(out)
		rest <- line + string(more)
	}()
	t.Cleanup(func() {
		cancel()
		assert.Equal(t, exitOK, <-p.code, p.stderr.String())
		assert.Equal(t, line, <-rest, "the URL is the one line on standard output")
	})
	return p
}

// ask sends a request as the demo account and answers status and body.
func (p *process) ask(method, path, body string, change ...func(*http.Request)) (int, string) {
	p.t.Helper()
	url := path
	if strings.HasPrefix(path, "/") {
		url = p.url + path
	}
	r, err := http.NewRequestWithContext(p.t.Context(), method, url, strings.NewReader(body))
	require.NoError(p.t, err)
	r.SetBasicAuth("dev@example.com", "0123456789abcdef0123456789abcdef")
	r.Header.Set("Content-Type", "application/json")
	for _, c := range change {
		c(r)
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(p.t, err)
	defer answer.Body.Close()
	all, err := io.ReadAll(answer.Body)
	require.NoError(p.t, err)
	return answer.StatusCode, string(all)
}

func (p *process) clock() (now time.Time, frozen bool) {
	p.t.Helper()
	_, body := p.ask("GET", "/__admin/clock", "")
	var clock struct {
		Now    time.Time
		Frozen bool
	}
	require.NoError(p.t, json.Unmarshal([]byte(body), &clock), body)
	return clock.Now, clock.Frozen
}

func TestServeAnswersAndStops(t *testing.T) {
	p := start(t, nil)
	status, body := p.ask("GET", "/wallet", "")
	assert.Equal(t, 200, status)
	assert.Contains(t, body, `"credit":`)
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, p.url)
}

func TestOnTheNetworkTheControlAPIAsksForAToken(t *testing.T) {
	p := start(t, nil, "--addr", "0.0.0.0:0")
	assert.True(t, strings.HasPrefix(p.url, "http://127.0.0.1:"), p.url)
	status, _ := p.ask("GET", "/__admin/clock", "")
	assert.Equal(t, 401, status)
	token := regexp.MustCompile(`admin-token=(\S+)`).FindStringSubmatch(p.stderr.String())
	require.NotNil(t, token, "the token that was made is logged")
	status, _ = p.ask("GET", "/__admin/clock", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token[1]) })
	assert.Equal(t, 200, status)
	status, _ = p.ask("GET", "/wallet", "")
	assert.Equal(t, 200, status, "the API itself is open")
}

func TestAFlagWinsOverTheEnvironment(t *testing.T) {
	env := map[string]string{"OAUTHMOCK_FIXTURES": "empty", "OAUTHMOCK_TOKEN_SHAPE": "flat"}
	p := start(t, env, "--fixtures", "demo")
	_, body := p.ask("POST", "/tokens", `{"scopes":["*:*/*"]}`)
	assert.Contains(t, body, `"token":`, "demo's credentials")
	assert.NotContains(t, body, `"data"`, "the environment's shape")
}

func TestWhatIsWrongRefusesToStart(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close()
	dir := t.TempDir()
	broken := filepath.Join(dir, "broken.yaml")
	require.NoError(t, os.WriteFile(broken, []byte("version: \"1.0\"\naccounts:\n  - id: x\n    emial: a@example.com\n"), 0o600))
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		code int
		says string
	}{
		"an unknown flag":                  {args: []string{"serve", "--adr", "x"}, code: exitUsage, says: "--adr"},
		"an unknown command":               {args: []string{"sreve"}, code: exitUsage, says: "sreve"},
		"an argument too many":             {args: []string{"serve", "demo"}, code: exitUsage, says: `"demo"`},
		"an address without a port":        {args: []string{"serve", "--addr", "localhost"}, code: exitUsage, says: "--addr"},
		"a port that is none":              {args: []string{"serve", "--addr", "localhost:http2"}, code: exitUsage, says: "--addr"},
		"an address that is taken":         {args: []string{"serve", "--addr", busy.Addr().String()}, code: exitError, says: busy.Addr().String()},
		"an admin address that is none":    {args: []string{"serve", "--admin-addr", "x"}, code: exitUsage, says: "--admin-addr"},
		"an admin address that is taken":   {args: []string{"serve", "--addr", "127.0.0.1:0", "--admin-addr", busy.Addr().String()}, code: exitError, says: "--admin-addr"},
		"consent of a user without a name": {args: []string{"serve", "--auto-approve="}, code: exitUsage, says: "--auto-approve is empty"},
		"a clock that is not a time":       {args: []string{"serve", "--clock", "noon"}, code: exitUsage, says: "--clock"},
		"a clock of another age":           {args: []string{"serve", "--clock", "1900-01-01T00:00:00Z"}, code: exitUsage, says: "--clock"},
		"a scenario that is none":          {args: []string{"serve", "--scenario", "rate-limitd"}, code: exitUsage, says: "--scenario: there is neither a scenario nor a file named \"rate-limitd\""},
		"a broken scenario":                {args: []string{"serve", "--scenario", broken}, code: exitUsage, says: broken + ":"},
		"nothing to watch":                 {args: []string{"serve", "--watch", "--scenario", "rate-limited"}, code: exitUsage, says: "--watch: no flag names a file to watch"},
		"an admin token with a line end":   {args: []string{"serve"}, env: map[string]string{"OAUTHMOCK_ADMIN_TOKEN": "from-a-file\n"}, code: exitUsage, says: "--admin-token: no Authorization header can carry the token"},
		"an admin token with a space":      {args: []string{"serve", "--admin-token", "word "}, code: exitUsage, says: "--admin-token: no Authorization header can carry the token"},
		"a state without a name":           {args: []string{"serve", "--state", ""}, code: exitUsage, says: "--state is empty"},
		"a scenario without a name":        {args: []string{"serve", "--scenario="}, code: exitUsage, says: "--scenario is empty"},
		"faults without a name":            {args: []string{"serve", "--faults", ""}, code: exitUsage, says: "--faults is empty"},
		"a service without a name":         {args: []string{"serve", "--service", ""}, code: exitUsage, says: "--service is empty"},
		"an admin address of nothing":      {args: []string{"serve", "--admin-addr", ""}, code: exitUsage, says: "--admin-addr is empty"},
		"origins without a name":           {args: []string{"serve", "--cors", ""}, code: exitUsage, says: "--cors is empty"},
		"a clock without a time":           {args: []string{"serve", "--clock", ""}, code: exitUsage, says: "--clock is empty"},
		"requests of nobody":               {args: []string{"requests", "--account", ""}, code: exitUsage, says: "--account is empty"},
		"an envelope that is none":         {args: []string{"serve", "--success-envelope", "none"}, code: exitUsage, says: "--success-envelope"},
		"a shape that is none":             {args: []string{"serve", "--token-shape", "round"}, code: exitUsage, says: "--token-shape"},
		"another shape that is none":       {args: []string{"serve", "--client-credentials-shape", "flat"}, code: exitUsage, says: "want wrapped or both"},
		"a surface that is none":           {args: []string{"serve", "--root-surface", "v3"}, code: exitUsage, says: "--root-surface"},
		"a limit of nothing":               {args: []string{"serve", "--rate-limit", "0"}, code: exitUsage, says: "--rate-limit"},
		"a seed that is negative":          {args: []string{"serve", "--seed", "-1"}, code: exitUsage, says: "--seed"},
		"a body of nothing":                {args: []string{"serve", "--max-body", "0"}, code: exitUsage, says: "--max-body"},
		"headers of nothing":               {args: []string{"serve", "--max-header", "0"}, code: exitUsage, says: "--max-header"},
		"no connections":                   {args: []string{"serve", "--max-connections", "-1"}, code: exitUsage, says: "--max-connections"},
		"no time to ask":                   {args: []string{"serve", "--read-timeout", "0s"}, code: exitUsage, says: "--read-timeout"},
		"no time to answer":                {args: []string{"serve", "--write-timeout", "-1s"}, code: exitUsage, says: "--write-timeout"},
		"no time between":                  {args: []string{"serve", "--idle-timeout", "0"}, code: exitUsage, says: "--idle-timeout"},
		"a time without a unit":            {args: []string{"serve", "--idle-timeout", "5"}, code: exitUsage, says: "--idle-timeout"},
		"an origin that is none":           {args: []string{"serve", "--cors", "app.example.com"}, code: exitUsage, says: "--cors"},
		"an origin with a path":            {args: []string{"serve", "--cors", "https://app.example.com/"}, code: exitUsage, says: "--cors"},
		"a service without a document":     {args: []string{"serve", "--service", "company.openapi.com"}, code: exitUsage, says: "--service"},
		"a document that is nowhere":       {args: []string{"serve", "--service", "company.openapi.com=nowhere.json"}, code: exitUsage, says: "nowhere.json"},
		"two documents of a service":       {args: []string{"serve", "--service", "a.openapi.com=../../mockserver/admin/openapi.json", "--service", "a.openapi.com=../../mockserver/admin/openapi.json"}, code: exitUsage, says: "a.openapi.com has a document already"},
		"a service that is not a domain":   {args: []string{"serve", "--service", "https://a.openapi.com=../../mockserver/admin/openapi.json"}, code: exitUsage, says: "is not a domain"},
		"a sandbox name of a service":      {args: []string{"serve", "--service", "test.a.openapi.com=../../mockserver/admin/openapi.json"}, code: exitUsage, says: "without test."},
		"retention of nothing":             {args: []string{"serve", "--retention", "errors=0"}, code: exitUsage, says: "--retention"},
		"retention of what is not kept":    {args: []string{"serve", "--retention", "tokens=5"}, code: exitUsage, says: "--retention"},
		"too few transactions":             {args: []string{"serve", "--retention", "transactions=9"}, code: exitUsage, says: "transactions=10 or more"},
		"a log that is none":               {args: []string{"serve", "--log", "xml"}, code: exitUsage, says: "--log"},
		"fixtures that are nowhere":        {args: []string{"serve", "--fixtures", "demmo"}, code: exitUsage, says: "--fixtures"},
		"fixtures that are broken":         {args: []string{"serve", "--fixtures", broken}, code: exitUsage, says: "broken.yaml:4"},
		"a URL file in no folder":          {args: []string{"serve", "--addr", "127.0.0.1:0", "--url-file", filepath.Join(dir, "no", "url")}, code: exitError, says: "--url-file"},
		"a URL file that is none":          {args: []string{"serve", "--addr", "127.0.0.1:0", "--url-file", dir}, code: exitError, says: "not a regular file"},
		"a variable that is wrong":         {args: []string{"serve"}, env: map[string]string{"OAUTHMOCK_SEED": "x"}, code: exitUsage, says: "OAUTHMOCK_SEED"},
		"nothing to check":                 {args: []string{"check"}, code: exitUsage, says: "files to check"},
		"a file to check that is broken":   {args: []string{"check", broken}, code: exitUsage, says: "broken.yaml:4"},
		"a file to check that is nowhere":  {args: []string{"check", filepath.Join(dir, "nowhere.yaml")}, code: exitUsage, says: "nowhere.yaml"},
		"a further host without a surface": {args: []string{"serve", "--provider-host", "oauth.example.com"}, code: exitUsage, says: "--provider-host"},
		"a further host of no surface":     {args: []string{"serve", "--provider-host", "oauth.example.com=v3"}, code: exitUsage, says: "--provider-host"},
		"a further host with a port":       {args: []string{"serve", "--provider-host", "oauth.example.com:1=v2"}, code: exitUsage, says: "--provider-host"},
		"a certificate without its key":    {args: []string{"serve", "--tls-addr", "127.0.0.1:0", "--tls-cert", broken}, code: exitUsage, says: "want both"},
		"a certificate that is none":       {args: []string{"serve", "--tls-addr", "127.0.0.1:0", "--tls-cert", broken, "--tls-key", broken}, code: exitUsage, says: "--tls-cert: " + broken},
		"a certificate for nobody":         {args: []string{"serve", "--tls-cert", broken, "--tls-key", broken}, code: exitUsage, says: "want --tls-addr or --proxy-addr"},
		"a certificate beside a CA":        {args: []string{"serve", "--tls-addr", "127.0.0.1:0", "--tls-cert", broken, "--tls-key", broken, "--ca-dir", dir}, code: exitUsage, says: "--ca-dir: with a certificate of yours"},
		"a CA for nobody":                  {args: []string{"serve", "--ca-file", filepath.Join(dir, "ca.pem")}, code: exitUsage, says: "--ca-file: there is a CA with --tls-addr or --proxy-addr only"},
		"a CA to renew that is not kept":   {args: []string{"serve", "--tls-addr", "127.0.0.1:0", "--ca-renew"}, code: exitUsage, says: "--ca-renew: want --ca-dir"},
		"a CA in a file":                   {args: []string{"serve", "--addr", "127.0.0.1:0", "--tls-addr", "127.0.0.1:0", "--ca-dir", broken}, code: exitUsage, says: "--ca-dir: "},
		"a CA file in no folder":           {args: []string{"serve", "--addr", "127.0.0.1:0", "--tls-addr", "127.0.0.1:0", "--ca-file", filepath.Join(dir, "no", "ca.pem")}, code: exitError, says: "--ca-file: "},
		"a TLS address that is taken":      {args: []string{"serve", "--addr", "127.0.0.1:0", "--tls-addr", busy.Addr().String()}, code: exitError, says: "--tls-addr"},
		"a proxy address that is taken":    {args: []string{"serve", "--addr", "127.0.0.1:0", "--tls-addr", "127.0.0.1:0", "--proxy-addr", busy.Addr().String()}, code: exitError, says: "--proxy-addr"},
		"a TLS address without a port":     {args: []string{"serve", "--tls-addr", "localhost"}, code: exitUsage, says: "--tls-addr"},
		"hosts to pass without a proxy":    {args: []string{"serve", "--proxy-pass", "example.com"}, code: exitUsage, says: "--proxy-pass: want --proxy-addr"},
		"hosts to pass that are none":      {args: []string{"serve", "--proxy-addr", "127.0.0.1:0", "--proxy-pass", "https://example.com"}, code: exitUsage, says: "--proxy-pass: \"https://example.com\" is not a HOST"},
		"a further host that is taken":     {args: []string{"serve", "--provider-host", "oauth.openapi.com=v2"}, code: exitUsage, says: "--provider-host"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr safeBuffer
			code := Run(t.Context(), c.args, func(name string) string { return c.env[name] }, &stdout, &stderr)
			assert.Equal(t, c.code, code)
			assert.Contains(t, stderr.String(), c.says)
			assert.Empty(t, stdout.String())
		})
	}
}

func TestVersionIsPrinted(t *testing.T) {
	var stdout, stderr safeBuffer
	assert.Equal(t, exitOK, Run(t.Context(), []string{"version"}, func(string) string { return "" }, &stdout, &stderr))
	assert.Regexp(t, `^oauthmock \S+\n$`, stdout.String())
}

func TestPathsOfFlagsAreTakenAsTheyAre(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "Acme, Inc")
	require.NoError(t, os.Mkdir(dir, 0o700))
	file := filepath.Join(dir, "one, two.yaml")
	require.NoError(t, os.WriteFile(file, []byte("version: \"1.0\"\nfaults:\n  - {name: boom, match: {path: /wallet}, effect: {kind: status, status: 599}}\n"), 0o600))
	other := filepath.Join(t.TempDir(), "other.yaml")
	require.NoError(t, os.WriteFile(other, []byte("version: \"1.0\"\nfaults:\n  - {name: other, match: {path: /scopes}, effect: {kind: status, status: 598}}\n"), 0o600))
	for name, c := range map[string]struct {
		env  map[string]string
		args []string
		want []string
	}{
		"a flag":                        {nil, []string{"--faults", file, "--faults", other}, []string{`"boom"`, `"other"`}},
		"a variable":                    {map[string]string{"OAUTHMOCK_FAULTS": file}, nil, []string{`"boom"`}},
		"a variable with several paths": {map[string]string{"OAUTHMOCK_FAULTS": other + "," + other + "2"}, nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == nil {
				var stderr strings.Builder
				assert.Equal(t, exitUsage, Run(t.Context(), []string{"serve"}, func(name string) string { return c.env[name] }, io.Discard, &stderr))
				assert.Contains(t, stderr.String(), "other.yaml2", "is looked for beside the first")
				return
			}
			_, body := start(t, c.env, c.args...).ask("GET", "/__admin/faults", "")
			for _, want := range c.want {
				assert.Contains(t, body, want)
			}
		})
	}
}

func TestTheURLFileIsRemovedAtStartAndStop(t *testing.T) {
	file := filepath.Join(t.TempDir(), "url")
	require.NoError(t, os.WriteFile(file, []byte("http://127.0.0.1:1\n"), 0o600))
	var stderr strings.Builder
	assert.Equal(t, exitError, Run(t.Context(), []string{"serve", "--addr", "192.0.2.1:1", "--url-file", file}, func(string) string { return "" }, io.Discard, &stderr))
	assert.NoFileExists(t, file, "though the start failed")

	ctx, cancel := context.WithCancel(t.Context())
	seen := &whenWritten{then: func() {
		assert.FileExists(t, file)
		cancel()
	}}
	assert.Equal(t, exitOK, Run(ctx, []string{"serve", "--addr", "127.0.0.1:0", "--url-file", file}, func(string) string { return "" }, seen, io.Discard))
	assert.NoFileExists(t, file)
}

// whenWritten does something when the URL is printed.
type whenWritten struct{ then func() }

func (w *whenWritten) Write(p []byte) (int, error) {
	w.then()
	return len(p), nil
}

func TestAClosedTerminalEndsTheProgramUnlessItIsToOutliveIt(t *testing.T) {
	was := signal.Ignored(syscall.SIGHUP)
	assert.Equal(t, !was, slices.Contains(StopSignals(), os.Signal(syscall.SIGHUP)))
	assert.Contains(t, StopSignals(), os.Signal(syscall.SIGTERM))
}

func TestNothingThatATerminalObeysReachesIt(t *testing.T) {
	file := filepath.Join(t.TempDir(), "d.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/a":{"get":{"responses":{"200\u001b]0;PWN\u0007":{"description":"\u202e"}}}}}}`), 0o600))
	var out strings.Builder
	Run(t.Context(), []string{"check", file}, func(string) string { return "" }, &out, &out)
	assert.Contains(t, out.String(), "PWN")
	assert.NotContains(t, out.String(), "\x1b")
	assert.NotContains(t, out.String(), "\a")
}
