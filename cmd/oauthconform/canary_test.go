package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The credentials that must show nowhere. The plus, the slash and the umlaut look different in
// every encoding.
const (
	canaryEmail   = "canary@example.com"
	canaryKey     = "c4n4ry/key+f00dbabe+ü-0123456789"
	canarySandbox = "c4n4ry-sandbox-key-9876543210fedc"
	canaryAdmin   = "c4n4ry-admin-token-abcdef0123456789"
)

// parrot is a server that gives away everything it is told, and the tokens that it hands out,
// wherever it can.
type parrot struct {
	mu      sync.Mutex
	secrets []string
	heard   int
	// answer writes an answer that holds the chatter.
	answer func(w http.ResponseWriter, r *http.Request, chatter string)
	// control reports whether it has a control API too.
	control bool
}

func (p *parrot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.heard++
	n := p.heard
	p.mu.Unlock()
	if strings.HasPrefix(r.URL.Path, "/__admin") {
		p.admin(w, r, n)
		return
	}
	token, refresh := fmt.Sprintf("%024x", 0xc0ffee0000+n), fmt.Sprintf("%032x", 0xdecade0000+n)
	if r.Method == http.MethodPost {
		p.learn(token, refresh)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"data":    map[string]any{"token": token, "refreshToken": refresh, "name": p.chatter(r), "scopes": []string{"GET:" + token}, "limits": map[string]any{}, "expireAt": refresh},
			"success": true, "message": token, "error": nil,
		})
		return
	}
	p.answer(w, r, p.chatter(r))
}

// admin is a control API that makes accounts, and complains aloud about everything else.
func (p *parrot) admin(w http.ResponseWriter, r *http.Request, n int) {
	w.Header().Set("Content-Type", "application/json")
	switch {
	case !p.control:
		w.WriteHeader(http.StatusNotFound)
	case r.Method == http.MethodGet && r.URL.Path == "/__admin/clock":
		fmt.Fprint(w, `{"now":"2026-02-12T08:30:00Z","frozen":false}`)
	case r.Method == http.MethodPost && r.URL.Path == "/__admin/accounts":
		key := fmt.Sprintf("%032x", 0xbadcab1e0000+n)
		p.learn(key)
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"id":"account-%d","email":"canary-%d@example.com","apiKey":%q,"environment":"production"}`, n, n, key)
	default:
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusInternalServerError)
		_ = json.NewEncoder(w).Encode(map[string]any{"title": "no " + p.chatter(r), "detail": p.chatter(r), "status": 500})
	}
}

func (p *parrot) learn(secrets ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.secrets = append(p.secrets, secrets...)
}

// chatter is everything that the server knows, in every form.
func (p *parrot) chatter(r *http.Request) string {
	p.mu.Lock()
	known := append([]string{canaryKey, canarySandbox, canaryAdmin}, p.secrets[max(0, len(p.secrets)-6):]...)
	p.mu.Unlock()
	authorization := r.Header.Get("Authorization")
	known = append(known, strings.TrimPrefix(strings.TrimPrefix(authorization, "Basic "), "Bearer "), r.URL.Path)
	var out strings.Builder
	out.WriteString(authorization)
	for _, secret := range known {
		for _, form := range everyForm(secret) {
			out.WriteString(" " + form)
		}
	}
	return out.String()
}

// everyForm is how a server may write a secret.
func everyForm(secret string) []string {
	forms := []string{secret, strings.ToUpper(secret), url.PathEscape(secret), url.QueryEscape(secret), hex.EncodeToString([]byte(secret))}
	for _, before := range []string{"", "a", "ab", canaryEmail + ":"} {
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
			forms = append(forms, encoding.EncodeToString([]byte(before+secret)), encoding.EncodeToString([]byte(before+secret+"xyz")))
		}
	}
	return forms
}

// tellTales are the parts of a secret's forms that must not show. Of base64 they are the characters
// that do not mix with the neighbours.
func tellTales(secret string) []string {
	forms := []string{secret, strings.ToUpper(secret), url.PathEscape(secret), url.QueryEscape(secret), hex.EncodeToString([]byte(secret))}
	escaped, _ := json.Marshal(secret)
	forms = append(forms, strings.Trim(string(escaped), `"`))
	for shift, cut := range []int{0, 2, 3} {
		text := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
		text = text[cut : len(text)-1]
		forms = append(forms, text, strings.NewReplacer("+", "-", "/", "_").Replace(text))
	}
	return forms
}

func TestNoSecretShowsInAnythingThatIsWritten(t *testing.T) {
	jsonAnswer := func(status int) func(http.ResponseWriter, *http.Request, string) {
		return func(w http.ResponseWriter, _ *http.Request, chatter string) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(status)
			_ = json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"credit": chatter, chatter: 1}, "success": status < 300, "message": chatter, "error": 999})
		}
	}
	header := func(text string) string { return strings.Map(func(r rune) rune { return max(r, ' ') }, text) }
	for name, answer := range map[string]func(http.ResponseWriter, *http.Request, string){
		"in a good answer": jsonAnswer(200),
		"in a refusal":     jsonAnswer(403),
		"in an error page": func(w http.ResponseWriter, _ *http.Request, chatter string) {
			http.Error(w, "<html>"+chatter, http.StatusInternalServerError)
		},
		"in headers": func(w http.ResponseWriter, _ *http.Request, chatter string) {
			w.Header().Set("Content-Type", "application/json; charset="+header(chatter))
			w.Header().Set("X-Echo", header(chatter))
			fmt.Fprint(w, "{}")
		},
		"in the name of a header": func(w http.ResponseWriter, _ *http.Request, _ string) {
			w.Header()["X-"+canarySandbox] = []string{"1"}
			fmt.Fprint(w, "{}")
		},
		"in a redirect": func(w http.ResponseWriter, r *http.Request, chatter string) {
			http.Redirect(w, r, "/"+url.PathEscape(chatter), http.StatusFound)
		},
		"in broken JSON": func(w http.ResponseWriter, _ *http.Request, chatter string) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"data": %s`, chatter)
		},
		"in an answer that breaks off": func(w http.ResponseWriter, _ *http.Request, chatter string) {
			w.Header().Set("Content-Length", fmt.Sprint(len(chatter)+100))
			fmt.Fprint(w, chatter)
			panic(http.ErrAbortHandler)
		},
		"in what is not HTTP": func(w http.ResponseWriter, _ *http.Request, chatter string) {
			connection, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprintf(connection, "%s\r\n\r\n", chatter)
				connection.Close()
			}
		},
	} {
		for _, control := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, control API %t", name, control), func(t *testing.T) {
				talker := &parrot{answer: answer, control: control}
				server := httptest.NewServer(talker)
				defer server.Close()
				dir := t.TempDir()
				environment := map[string]string{
					"OAUTHCONFORM_EMAIL": canaryEmail, "OAUTHCONFORM_API_KEY": canaryKey,
					"OAUTHCONFORM_SANDBOX_API_KEY": canarySandbox, "OAUTHCONFORM_ADMIN_TOKEN": canaryAdmin,
				}
				if control {
					environment["OAUTHCONFORM_ADMIN_URL"] = server.URL + "/__admin"
				}
				var stdout, stderr bytes.Buffer
				status := run(t.Context(), []string{
					"run", "--base-url", server.URL, "--scenarios", "testdata/canary.yaml", "--timeout", "5s", "--parallel", "4",
					"--report", "json=" + filepath.Join(dir, "report.json"), "--report", "junit=" + filepath.Join(dir, "report.xml"),
					"--report", "console=" + filepath.Join(dir, "report.txt"), "--report", "json=-",
					"--report", "html=" + filepath.Join(dir, "report.html"), "--report", "markdown=" + filepath.Join(dir, "report.md"),
					"--report", "har=" + filepath.Join(dir, "report.har"), "--report", "events=" + filepath.Join(dir, "report.jsonl"),
					"--report", "github=" + filepath.Join(dir, "report.commands"),
				}, func(name string) string { return environment[name] }, &stdout, &stderr)

				assert.NotZero(t, status, "nobody passes by parroting")
				assert.Greater(t, talker.heard, 1, "the server was asked")
				artefacts := map[string]string{"stdout": stdout.String(), "stderr": stderr.String()}
				for _, file := range []string{"report.json", "report.xml", "report.txt", "report.html", "report.md", "report.har", "report.jsonl", "report.commands"} {
					text, err := os.ReadFile(filepath.Join(dir, file))
					require.NoError(t, err)
					require.NotEmpty(t, text)
					artefacts[file] = string(text)
				}
				secrets := append([]string{canaryKey, canarySandbox, canaryAdmin}, talker.secrets...)
				for _, key := range []string{canaryKey, canarySandbox} {
					secrets = append(secrets, base64.StdEncoding.EncodeToString([]byte(canaryEmail+":"+key)))
				}
				for where, text := range artefacts {
					for _, secret := range secrets {
						for _, form := range tellTales(secret) {
							if at := strings.Index(text, form); at >= 0 {
								t.Errorf("%s shows %q: …%s…", where, form, text[max(0, at-80):min(len(text), at+len(form)+20)])
								return
							}
						}
					}
				}
				// Where nothing answers in whole, nothing was judged that a secret could stand in.
				if !strings.Contains(artefacts["report.json"], `"stopped"`) && !strings.Contains(artefacts["report.json"], "${OAUTH_") {
					t.Error("no name of a secret stands in its place")
				}
			})
		}
	}
}
