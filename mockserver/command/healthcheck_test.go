package command

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// askHealth runs oauthmock healthcheck.
func askHealth(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs safeBuffer
	code = Run(t.Context(), append([]string{"healthcheck"}, args...), func(name string) string { return env[name] }, &out, &errs)
	return code, out.String(), errs.String()
}

// port is where a URL points to.
func port(t *testing.T, url string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	return port
}

func TestAHealthcheckFindsTheMock(t *testing.T) {
	p := start(t, nil)
	here := "127.0.0.1:" + port(t, p.url)
	const nobody = "127.0.0.1:1"
	for name, c := range map[string]struct {
		args []string
		env  map[string]string
	}{
		"by its URL":                                {args: []string{"--url", p.url}},
		"by its URL with a slash behind it":         {args: []string{"--url", p.url + "/"}},
		"by the URL of the environment":             {env: map[string]string{"OAUTHMOCK_URL": p.url}},
		"by its address":                            {args: []string{"--addr", here}},
		"by the address of the environment":         {env: map[string]string{"OAUTHMOCK_ADDR": here}},
		"where it listens everywhere":               {args: []string{"--addr", "0.0.0.0:" + port(t, p.url)}},
		"where it listens everywhere, by IPv6":      {args: []string{"--addr", "[::]:" + port(t, p.url)}},
		"where it listens everywhere, without host": {args: []string{"--addr", ":" + port(t, p.url)}},
		"by the URL rather than the address":        {args: []string{"--url", p.url, "--addr", nobody}},
		"by the flag rather than the environment":   {args: []string{"--url", p.url}, env: map[string]string{"OAUTHMOCK_URL": "http://" + nobody}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := askHealth(t, c.env, c.args...)
			assert.Equal(t, exitOK, code, stderr)
			assert.Contains(t, stdout, "http://"+here)
			assert.Contains(t, stdout, "is ready\n")
			assert.Empty(t, stderr)
		})
	}
}

func TestAHealthcheckFindsAMockWithASeparateControlAPI(t *testing.T) {
	p := start(t, nil, "--admin-addr", "127.0.0.1:0", "--admin-token", "hunter22")
	code, _, stderr := askHealth(t, nil, "--url", p.url)
	assert.Equal(t, exitOK, code, stderr)
}

func TestAHealthcheckSaysWhyTheMockIsNotReady(t *testing.T) {
	refusing := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "GET /readyz", r.Method+" "+r.URL.Path)
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer refusing.Close()
	well := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer well.Close()
	elsewhere := httptest.NewServer(http.RedirectHandler(well.URL, http.StatusFound))
	defer elsewhere.Close()
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer silent.Close()
	defer close(release)
	const nobody = "127.0.0.1:1"

	for name, c := range map[string]struct {
		args []string
		env  map[string]string
		says string
	}{
		"nobody is there":                            {args: []string{"--addr", nobody}, says: "http://" + nobody + " does not answer"},
		"nobody is where the environment says":       {env: map[string]string{"OAUTHMOCK_ADDR": nobody}, says: nobody},
		"it answers that it is not":                  {args: []string{"--url", refusing.URL}, says: "503"},
		"it points elsewhere":                        {args: []string{"--url", elsewhere.URL}, says: "302"},
		"it does not answer in time":                 {args: []string{"--url", silent.URL, "--timeout", "20ms"}, says: "did not answer within 20ms"},
		"not in the time of the environment":         {args: []string{"--url", silent.URL}, env: map[string]string{"OAUTHMOCK_TIMEOUT": "30ms"}, says: "did not answer within 30ms"},
		"a timeout that is none":                     {args: []string{"--timeout", "soon"}, says: `--timeout: "soon"`},
		"a timeout of nothing":                       {args: []string{"--timeout", "0s"}, says: `--timeout: "0s"`},
		"a URL without a scheme":                     {args: []string{"--url", "127.0.0.1:8080"}, says: "--url"},
		"a URL of another scheme":                    {args: []string{"--url", "ftp://127.0.0.1:8080"}, says: "--url"},
		"a URL without a host":                       {args: []string{"--url", "http://"}, says: "--url"},
		"a URL with a query":                         {args: []string{"--url", "http://127.0.0.1:8080?x=1"}, says: "--url"},
		"an address without a port":                  {args: []string{"--addr", "localhost"}, says: "--addr"},
		"an address whose port the mock chose":       {args: []string{"--addr", "127.0.0.1:0"}, says: "port 0"},
		"a flag that is none":                        {args: []string{"--uri", "x"}, says: "--uri"},
		"an argument too many":                       {args: []string{"http://127.0.0.1:8080"}, says: "takes no argument"},
		"a URL of the environment that is not a URL": {env: map[string]string{"OAUTHMOCK_URL": "here"}, says: `"here"`},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := askHealth(t, c.env, c.args...)
			assert.Equal(t, 1, code, "container engines know 0 and 1 only")
			assert.Contains(t, stderr, c.says)
			assert.Empty(t, stdout)
		})
	}
}
