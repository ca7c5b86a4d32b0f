package command

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// act shows that a flag of serve acts: its check must fail if the flag does nothing.
type act struct {
	args  []string
	check func(*testing.T, *process)
}

// TestEveryFlagOfServeActs fails for a flag that no act shows. The key of an act is the flag, and
// after a space anything.
func TestEveryFlagOfServeActs(t *testing.T) {
	acts := acts(t)
	maps.Copy(acts, limitActs())
	maps.Copy(acts, serviceActs(t))
	maps.Copy(acts, secureActs(t))
	for _, group := range newSettings(&cobra.Command{}).table {
		for _, f := range group.flags {
			shown := false
			for name, a := range acts {
				if flag, _, _ := strings.Cut(name, " "); flag == "--"+f.name {
					shown = true
					delete(acts, name)
					t.Run(name, func(t *testing.T) { a.check(t, start(t, nil, a.args...)) })
				}
			}
			assert.True(t, shown, "nothing shows that --%s acts", f.name)
		}
	}
	assert.Empty(t, acts, "acts of flags that do not exist")
}

// acts returns the acts of all flags but those of limits and services.
func acts(t *testing.T) map[string]act {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "one.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`{version: "1.0", name: one, accounts: [{id: solo, email: solo@example.com, apiKey: solo-key, environment: production, createdAt: -1d, enabledScopes: [], wallet: {createdAt: -1d}}]}`), 0o600))
	urlFile := filepath.Join(dir, "url")

	faultFile := func(status int) string {
		return fmt.Sprintf(`{version: "1.0", faults: [{name: one, match: {path: /wallet}, effect: {kind: status, status: %d}}]}`, status)
	}
	rules, changing := filepath.Join(dir, "rules.yaml"), filepath.Join(dir, "changing.yaml")
	write(t, rules, faultFile(418))
	write(t, changing, faultFile(500))
	state := filepath.Join(dir, "state.json")
	dropped := func(n int) func(*testing.T, *process) {
		return func(t *testing.T, p *process) {
			for range 5 {
				p.ask("GET", "/wallet", "")
			}
			_, body := p.ask("GET", "/__admin/requests", "")
			assert.Contains(t, body, fmt.Sprintf(`"dropped":%d`, n))
		}
	}

	return map[string]act{
		"--addr": {[]string{"--addr", "0.0.0.0:0"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/__admin/clock", "")
			assert.Equal(t, 401, status, "bound to more than loopback, the control API asks for a token")
		}},
		"--cors": {[]string{"--cors", "https://app.example.com"}, func(t *testing.T, p *process) {
			r, err := http.NewRequestWithContext(t.Context(), "GET", p.url+"/wallet", http.NoBody)
			require.NoError(t, err)
			r.Header.Set("Origin", "https://app.example.com")
			answer, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			require.NoError(t, answer.Body.Close())
			assert.Equal(t, "https://app.example.com", answer.Header.Get("Access-Control-Allow-Origin"))
		}},
		"--state": {[]string{"--state", state}, func(t *testing.T, p *process) {
			status, _ := p.ask("POST", "/__admin/state/save", "")
			assert.Equal(t, 204, status)
			assert.FileExists(t, state)
		}},
		"--watch": {[]string{"--watch", "--faults", changing}, func(t *testing.T, p *process) {
			write(t, changing, faultFile(418))
			assert.Eventually(t, func() bool {
				status, _ := p.ask("GET", "/wallet", "")
				return status == 418
			}, time.Minute, 10*time.Millisecond)
		}},
		"--journal-entries":                      {[]string{"--journal-entries", "2"}, dropped(3)},
		"--journal-bytes":                        {[]string{"--journal-bytes", "1"}, dropped(4)}, // the newest entry is always kept
		"--journal-entries with --journal-bytes": {[]string{"--journal-entries", "1", "--journal-bytes", "1000000"}, dropped(4)},
		"--fixtures NAME": {[]string{"--fixtures", "empty"}, func(t *testing.T, p *process) {
			_, body := p.ask("GET", "/__admin/accounts", "")
			assert.Contains(t, body, "empty@example.com")
		}},
		"--fixtures FILE": {[]string{"--fixtures", file}, func(t *testing.T, p *process) {
			_, body := p.ask("GET", "/__admin/accounts", "")
			assert.Contains(t, body, "solo@example.com")
		}},
		"--scenario NAME": {[]string{"--scenario", "rate-limited"}, func(t *testing.T, p *process) {
			for range 10 {
				status, _ := p.ask("GET", "/wallet", "")
				assert.Equal(t, 200, status)
			}
			status, _ := p.ask("GET", "/wallet", "")
			assert.Equal(t, 429, status)
		}},
		"--seed": {[]string{"--seed", "7"}, func(t *testing.T, p *process) {
			_, body := p.ask("GET", "/__admin/state", "")
			assert.Contains(t, body, `"seed":7`)
		}},
		"--clock": {[]string{"--clock", "2031-05-06T07:08:09+02:00"}, func(t *testing.T, p *process) {
			now, frozen := p.clock()
			assert.WithinDuration(t, time.Date(2031, 5, 6, 5, 8, 9, 0, time.UTC), now, time.Minute)
			assert.False(t, frozen)
		}},
		"--freeze": {[]string{"--freeze"}, func(t *testing.T, p *process) {
			now, frozen := p.clock()
			assert.True(t, frozen)
			assert.WithinDuration(t, time.Now(), now, time.Minute)
			again, _ := p.clock()
			assert.Equal(t, now, again)
		}},
		"--token-shape": {[]string{"--token-shape", "flat"}, func(t *testing.T, p *process) {
			_, body := p.ask("POST", "/tokens", `{"scopes":["*:*/*"]}`)
			assert.NotContains(t, body, `"data"`)
		}},
		"--success-envelope": {[]string{"--success-envelope", "documented"}, func(t *testing.T, p *process) {
			_, body := p.ask("POST", "/tokens", `{"scopes":["*:*/*"]}`)
			assert.NotContains(t, body, `"success"`)
			assert.Contains(t, body, `"data"`)
			var made struct{ Token string }
			require.NoError(t, json.Unmarshal([]byte(body), &made))
			_, body = p.ask("DELETE", "/tokens/"+made.Token, "")
			assert.JSONEq(t, `{"message":"Deleted","data":null}`, body)
			for _, path := range []string{"/wallet", "/tokens", "/stats", "/errors", "/callbacks", "/subscriptions", "/wallet/transactions", "/scopes"} {
				_, body = p.ask("GET", path, "")
				assert.NotContains(t, body, `"error":null`, path)
				assert.Regexp(t, `^\{"data":`, body, path)
			}
			var scopes struct{ Data []struct{ ID string } }
			require.NoError(t, json.Unmarshal([]byte(body), &scopes))
			_, body = p.ask("GET", "/scopes/"+scopes.Data[0].ID, "")
			assert.Contains(t, body, `"success":true,"message":"","error":null`, "the document defines them here")
		}},
		"--client-credentials-shape": {[]string{"--client-credentials-shape", "both"}, func(t *testing.T, p *process) {
			_, body := p.ask("POST", "/v1/auth/token", "", func(r *http.Request) {
				r.SetBasicAuth("demo-client", "demo-secret")
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			})
			assert.Equal(t, 2, strings.Count(body, `"access_token"`), body)
		}},
		"--auto-approve":        {[]string{"--auto-approve"}, approves("code=")},
		"--auto-approve user":   {[]string{"--auto-approve=johndoe"}, approves("code=")},
		"--auto-approve nobody": {[]string{"--auto-approve=nobody"}, approves("error=access_denied")},
		"--auto-approve off":    {[]string{"--auto-approve=false"}, approves("")},
		"--root-surface": {[]string{"--root-surface", "v1"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/__v2/wallet", "")
			assert.Equal(t, 200, status)
			status, _ = p.ask("GET", "/wallet", "")
			assert.Equal(t, 404, status)
			status, _ = p.ask("GET", "/credit", "")
			assert.Equal(t, 200, status)
		}},
		"--provider-host": {[]string{"--provider-host", "oauth.example.com=v2", "--root-surface", "v1"}, func(t *testing.T, p *process) {
			for key, want := range map[string]int{"0123456789abcdef0123456789abcdef": 200, "fedcba9876543210fedcba9876543210": 200, "nobody's": 401} {
				r, err := http.NewRequestWithContext(t.Context(), "GET", p.url+"/wallet", http.NoBody)
				require.NoError(t, err)
				r.Host = "OAuth.Example.com:80"
				r.SetBasicAuth("dev@example.com", key)
				answer, err := http.DefaultClient.Do(r)
				require.NoError(t, err)
				require.NoError(t, answer.Body.Close())
				assert.Equal(t, want, answer.StatusCode, key)
			}
		}},
		"--open-accounts": {[]string{"--open-accounts"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/wallet", "", func(r *http.Request) { r.SetBasicAuth("nobody@example.com", "some-key-of-mine") })
			assert.Equal(t, 200, status)
			_, body := p.ask("GET", "/__admin/accounts", "")
			assert.Contains(t, body, "nobody@example.com")
		}},
		"--faults": {[]string{"--faults", rules, "--faults", rules}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/wallet", "")
			assert.Equal(t, 418, status)
		}},
		"--chaos": {[]string{"--chaos", "outage", "--chaos", "slow", "--chaos", "outage", "--faults", rules}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/stats", "")
			assert.Equal(t, 503, status)
			status, _ = p.ask("GET", "/wallet", "")
			assert.Equal(t, 418, status, "the rules of --faults come first")
			_, body := p.ask("GET", "/__admin/faults", "")
			assert.Equal(t, 3, strings.Count(body, `"name"`), body)
		}},
		"--hide-fault-header": {[]string{"--hide-fault-header", "--chaos", "outage"}, func(t *testing.T, p *process) {
			answer, err := http.Get(p.url + "/wallet")
			require.NoError(t, err)
			defer answer.Body.Close()
			assert.Equal(t, 503, answer.StatusCode)
			assert.NotContains(t, answer.Header, "X-Mock-Fault")
		}},
		"--strict-requests": {[]string{"--strict-requests"}, func(t *testing.T, p *process) {
			status, body := p.ask("POST", "/tokens", `{"scopes":["*:*/*"],"ttl":"60"}`)
			assert.Equal(t, 400, status)
			assert.Contains(t, body, "body.ttl")
			status, _ = p.ask("POST", "/tokens", `{"scopes":["*:*/*"]}`, func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") })
			assert.Equal(t, 415, status)
			status, _ = p.ask("POST", "/tokens", `{"scopes":["*:*/*"],"grant_type":"unknown to the document, not forbidden"}`)
			assert.Equal(t, 200, status)
		}},
		"--rate-limit N": {[]string{"--rate-limit", "1"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/wallet", "")
			assert.Equal(t, 200, status)
			status, _ = p.ask("GET", "/wallet", "")
			assert.Equal(t, 429, status)
		}},
		"--rate-limit off": {[]string{"--rate-limit", "off"}, func(t *testing.T, p *process) {
			_, body := p.ask("GET", "/__admin/ratelimit", "")
			assert.Contains(t, body, `"enabled":false`)
		}},
		"--admin-token": {[]string{"--admin-token", "hunter22"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/__admin/clock", "")
			assert.Equal(t, 401, status)
			status, _ = p.ask("GET", "/__admin/clock", "", func(r *http.Request) { r.Header.Set("Authorization", "Bearer hunter22") })
			assert.Equal(t, 200, status)
		}},
		"--admin-addr": {[]string{"--admin-addr", "127.0.0.1:0"}, func(t *testing.T, p *process) {
			status, _ := p.ask("GET", "/__admin/clock", "")
			assert.Equal(t, 404, status, "not here any more")
			address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/__admin`).FindString(p.stderr.String())
			status, _ = p.ask("GET", address+"/clock", "")
			assert.Equal(t, 200, status)
		}},
		"--url-file": {[]string{"--url-file", urlFile}, func(t *testing.T, p *process) {
			written, err := os.ReadFile(urlFile)
			require.NoError(t, err)
			assert.Equal(t, p.url+"\n", string(written))
			left, err := filepath.Glob(filepath.Join(dir, ".url.*"))
			require.NoError(t, err)
			assert.Empty(t, left, "no temporary file is left")
		}},
		"--log": {[]string{"--log", "json"}, func(t *testing.T, p *process) {
			require.Eventually(t, func() bool { return strings.Contains(p.stderr.String(), "\n") }, time.Minute, time.Millisecond)
			assert.True(t, json.Valid([]byte(strings.SplitN(p.stderr.String(), "\n", 2)[0])), p.stderr.String())
		}},
	}
}

// approves shows where a mock sends a user who asks for the authorization page; "" is nowhere.
func approves(to string) func(*testing.T, *process) {
	return func(t *testing.T, p *process) {
		r, err := http.NewRequestWithContext(t.Context(), "GET", p.url+"/api/authorize.php?client_id=demo-client&response_type=code&redirect_uri=http://127.0.0.1:9/cb", http.NoBody)
		require.NoError(t, err)
		answer, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		if to == "" {
			assert.Equal(t, 200, answer.StatusCode)
			return
		}
		assert.Contains(t, answer.Header.Get("Location"), to)
	}
}
