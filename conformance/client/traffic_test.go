package client

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

// entry is an entry of a recording, at a second of it.
func entry(at float64, method, url, authorization, body string, status int, answer string, headers ...string) map[string]any {
	request := map[string]any{"method": method, "url": url, "headers": []any{map[string]any{"name": "authorization", "value": authorization}}}
	if body != "" {
		request["postData"] = map[string]any{"mimeType": "application/json", "text": body}
	}
	var answered []any
	for i := 0; i+1 < len(headers); i += 2 {
		answered = append(answered, map[string]any{"name": headers[i], "value": headers[i+1]})
	}
	return map[string]any{
		"startedDateTime": time.Date(2026, 2, 12, 8, 30, 0, int(at*1e9), time.UTC).Format(time.RFC3339Nano), "time": 5, "request": request,
		"response": map[string]any{"status": status, "headers": answered, "content": map[string]any{"size": len(answer), "text": answer}},
	}
}

func recording(t *testing.T, entries ...map[string]any) Evidence {
	t.Helper()
	text, err := json.Marshal(map[string]any{"log": map[string]any{"version": "1.2", "entries": entries}})
	require.NoError(t, err)
	evidence, err := ReadHAR(text)
	require.NoError(t, err)
	return evidence
}

func pairOf(n int) string {
	return fmt.Sprintf(`{"data":{"token":"token-%020d","refreshToken":"fresh-%020d","expireAt":"2026-02-12T09:30:00Z"}}`, n, n)
}

const (
	api   = "https://oauth.openapi.com"
	basic = "Basic bWVAZXhhbXBsZS5jb206MDEyMzQ1Njc4OWFiY2RlZg==" // me@example.com:0123456789abcdef
)

// TestTrafficIsJudgedByRules tries the rules of any traffic on recordings in which credentials
// stand as they are.
func TestTrafficIsJudgedByRules(t *testing.T) {
	token := func(n int) string { return fmt.Sprintf("token-%020d", n) }
	made := entry(0, "POST", api+"/tokens", basic, `{"scopes":["GET:company.openapi.com/IT-start"]}`, 200, pairOf(1))
	rotated := entry(1, "PATCH", api+"/tokens/"+token(1), fmt.Sprintf("Bearer fresh-%020d", 1), `{}`, 200, pairOf(2))
	call := func(at float64, n, status int, more ...string) map[string]any {
		return entry(at, "GET", "https://company.openapi.com/IT-start/1", "Bearer "+token(n), "", status, `{"data":[]}`, more...)
	}
	for name, c := range map[string]struct {
		entries []map[string]any
		rule    string
		want    report.Verdict
	}{
		"a new pair that is used":                 {[]map[string]any{made, rotated, call(2, 2, 200)}, "rotation/old-pair-dropped", report.Pass},
		"an old token that is used again":         {[]map[string]any{made, rotated, call(2, 1, 401)}, "rotation/old-pair-dropped", report.Fail},
		"a call that was under way":               {[]map[string]any{made, rotated, call(1.001, 1, 200)}, "rotation/old-pair-dropped", report.Pass},
		"no rotation":                             {[]map[string]any{made}, "rotation/old-pair-dropped", report.Skip},
		"a refresh token for a call":              {[]map[string]any{made, entry(2, "GET", api+"/wallet", fmt.Sprintf("Bearer fresh-%020d", 1), "", 401, `{}`)}, "rotation/refresh-token-kept-to-its-use", report.Fail},
		"a refresh token in a body":               {[]map[string]any{made, entry(2, "POST", api+"/tokens", basic, fmt.Sprintf(`{"refreshToken":"fresh-%020d"}`, 1), 422, `{}`)}, "rotation/refresh-token-kept-to-its-use", report.Fail},
		"the same refused request, three times":   {[]map[string]any{call(1, 7, 401), call(2, 7, 401), call(3, 7, 401)}, "credentials/not-hammered", report.Pass},
		"the same refused request, four times":    {[]map[string]any{call(1, 7, 401), call(2, 7, 401), call(3, 7, 401), call(4, 7, 401)}, "credentials/not-hammered", report.Fail},
		"a success between refusals":              {[]map[string]any{call(1, 7, 401), call(2, 7, 401), call(3, 7, 200), call(4, 7, 401), call(5, 7, 401)}, "credentials/not-hammered", report.Pass},
		"a token before it expires":               {[]map[string]any{made, call(2, 1, 200)}, "credentials/expired-not-sent", report.Pass},
		"a token in the query":                    {[]map[string]any{made, entry(1, "GET", "https://company.openapi.com/IT-start/1?t="+token(1), "Bearer "+token(1), "", 200, `{}`)}, "credentials/not-in-url", report.Fail},
		"a key in the query":                      {[]map[string]any{entry(1, "GET", api+"/wallet?api_key=anything", basic, "", 200, `{}`)}, "credentials/not-in-url", report.Fail},
		"a token in the path that is documented":  {[]map[string]any{made, entry(1, "GET", api+"/tokens/"+token(1), basic, "", 200, `{}`)}, "credentials/not-in-url", report.Pass},
		"a redirect followed with credentials":    {[]map[string]any{entry(1, "GET", api+"/wallet", basic, "", 307, "", "Location", "https://other.example.com/wallet"), entry(2, "GET", "https://other.example.com/wallet", basic, "", 404, "")}, "credentials/not-elsewhere", report.Fail},
		"a redirect followed without":             {[]map[string]any{entry(1, "GET", api+"/wallet", basic, "", 307, "", "Location", "https://other.example.com/wallet"), entry(2, "GET", "https://other.example.com/wallet", "", "", 404, "")}, "credentials/not-elsewhere", report.Pass},
		"a second after Retry-After: 1":           {[]map[string]any{call(1, 1, 429, "Retry-After", "1"), call(2.01, 1, 200)}, "retry/waits-after-429", report.Pass},
		"too early after Retry-After: 1":          {[]map[string]any{call(1, 1, 429, "Retry-After", "1"), call(1.5, 1, 200)}, "retry/waits-after-429", report.Fail},
		"a date as Retry-After":                   {[]map[string]any{call(1, 1, 503, "Retry-After", "Thu, 12 Feb 2026 08:30:10 GMT"), call(5, 1, 200)}, "retry/waits-after-503", report.Fail},
		"a Retry-After that is not a time":        {[]map[string]any{call(1, 1, 503, "Retry-After", "soon"), call(1.1, 1, 200)}, "retry/waits-after-503", report.Skip},
		"a write repeated blindly after a 502":    {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `{"scopes":["a"]}`, 502, ""), entry(1, "POST", api+"/tokens", basic, `{ "scopes":["a"]}`, 200, pairOf(1))}, "retry/looks-before-repeating-a-write", report.Fail},
		"a write repeated after a look":           {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `{"scopes":["a"]}`, 0, ""), entry(1, "GET", api+"/tokens", basic, "", 200, `{"data":[]}`), entry(2, "POST", api+"/tokens", basic, `{"scopes":["a"]}`, 200, pairOf(1))}, "retry/looks-before-repeating-a-write", report.Pass},
		"another write after one that was lost":   {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `{"scopes":["a"],"name":"one"}`, 0, ""), entry(1, "POST", api+"/tokens", basic, `{"scopes":["a"],"name":"other"}`, 200, pairOf(1))}, "retry/looks-before-repeating-a-write", report.Pass},
		"tries with growing pauses":               {[]map[string]any{call(0, 1, 503), call(0.1, 1, 503), call(0.3, 1, 503), call(0.7, 1, 503), call(1.5, 1, 200)}, "retry/growing-pauses", report.Pass},
		"tries with the same pauses":              {[]map[string]any{call(0, 1, 503), call(0.1, 1, 503), call(0.2, 1, 503), call(0.3, 1, 503), call(0.4, 1, 200)}, "retry/growing-pauses", report.Fail},
		"tries without pauses":                    {[]map[string]any{call(0, 1, 503), call(0.005, 1, 503), call(0.01, 1, 503)}, "retry/growing-pauses", report.Fail},
		"a day of the statistics":                 {[]map[string]any{entry(0, "GET", api+"/stats?date=2026-02-12", basic, "", 200, `{}`)}, "requests/dates", report.Pass},
		"a day that there is not":                 {[]map[string]any{entry(0, "GET", api+"/stats?date=2026-02-30", basic, "", 422, `{}`)}, "requests/dates", report.Fail},
		"scopes as a text":                        {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `{"scopes":"GET:a.b/c"}`, 422, `{}`)}, "requests/scopes", report.Fail},
		"a scope with wildcards":                  {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `{"scopes":["*:*.openapi.com/*"]}`, 200, pairOf(1))}, "requests/scopes", report.Pass},
		"a body that is a form":                   {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `scopes=a`, 400, `{}`)}, "requests/json", report.Fail},
		"a code that is exchanged again":          {[]map[string]any{entry(0, "POST", "https://a.example.com/api/token.php", "", `{"code":"0123456789"}`, 200, `{}`), entry(1, "POST", "https://a.example.com/api/token.php", "", `{"code":"0123456789"}`, 400, `{}`)}, "code/used-once", report.Fail},
		"a short state":                           {[]map[string]any{entry(0, "GET", "https://a.example.com/api/authorize.php?client_id=a&state=1", "", "", 200, "<html>")}, "code/state-sent", report.Fail},
		"a code with another state, exchanged":    {[]map[string]any{entry(0, "GET", "https://a.example.com/api/authorize.php?client_id=a&state=12345678", "", "", 302, "", "Location", "https://c.example.com/cb?code=0123456789&state=other"), entry(1, "POST", "https://a.example.com/api/token.php", "", `{"code":"0123456789"}`, 400, `{}`)}, "code/state-checked", report.Fail},
		"a code with another state, thrown away":  {[]map[string]any{entry(0, "GET", "https://a.example.com/api/authorize.php?client_id=a&state=12345678", "", "", 302, "", "Location", "https://c.example.com/cb?code=0123456789&state=other")}, "code/state-checked", report.Pass},
		"a challenge that is the verifier itself": {[]map[string]any{entry(0, "GET", "https://a.example.com/api/authorize.php?client_id=a&state=12345678&code_challenge=abc", "", "", 200, "<html>")}, "code/pkce", report.Fail},
		"a refused request, thrice":               {[]map[string]any{entry(0, "POST", api+"/tokens", basic, `{}`, 422, `{}`), entry(1, "POST", api+"/tokens", basic, `{}`, 422, `{}`), entry(2, "POST", api+"/tokens", basic, `{}`, 422, `{}`)}, "retry/refusals-not-repeated", report.Fail},
		"a new token for want of credit":          {[]map[string]any{call(0, 1, 402), entry(1, "POST", api+"/tokens", basic, `{"scopes":["a"]}`, 200, pairOf(2))}, "credentials/payment-is-no-login", report.Fail},
		"a look at the wallet for want of credit": {[]map[string]any{call(0, 1, 402), entry(1, "GET", api+"/wallet", basic, "", 200, `{}`), call(2, 1, 200)}, "credentials/payment-is-no-login", report.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			redactor := report.NewRedactor()
			out := JudgeTraffic(recording(t, c.entries...), Options{Level: "should", Redactor: redactor})
			found := false
			for _, result := range out.Results {
				if result.ID == "client/traffic/"+c.rule {
					found = true
					assert.Equal(t, c.want, result.Verdict, result.Reason)
				}
			}
			assert.True(t, found, "no result of %s", c.rule)
			text, err := json.Marshal(out)
			require.NoError(t, err)
			for _, secret := range []string{"bWVAZXhhbXBsZS5jb206", "token-0000", "fresh-0000"} {
				assert.NotContains(t, string(text), secret)
			}
		})
	}
}

// TestEvidenceThatIsMissingDecidesNothing holds that what was dropped or cut leaves rules open,
// unless one exchange alone breaks them.
func TestEvidenceThatIsMissingDecidesNothing(t *testing.T) {
	made := entry(0, "POST", api+"/tokens", basic, `{"scopes":["GET:company.openapi.com/IT-start"]}`, 200, pairOf(1))
	verdictOf := func(e Evidence, rule string) report.Verdict {
		for _, result := range JudgeTraffic(e, Options{Level: "should", Redactor: report.NewRedactor()}).Results {
			if result.ID == "client/traffic/"+rule {
				return result.Verdict
			}
		}
		return ""
	}
	dropped := recording(t, made, entry(1, "GET", api+"/wallet?api_key=0123456789abcdef", basic, "", 200, `{}`))
	dropped.Dropped = 3
	assert.Equal(t, report.Inconclusive, verdictOf(dropped, "requests/scopes"))
	assert.Equal(t, report.Inconclusive, verdictOf(dropped, "rotation/old-pair-dropped"), "the rotation may be what was dropped")
	assert.Equal(t, report.Fail, verdictOf(dropped, "credentials/not-in-url"))
	cut := recording(t, made)
	cut.Exchanges[0].Cut = true
	assert.Equal(t, report.Inconclusive, verdictOf(cut, "requests/scopes"))
	assert.Equal(t, report.Pass, verdictOf(cut, "credentials/not-in-url"))
	assert.Equal(t, report.Inconclusive, verdictOf(recording(t, []map[string]any{}...), "requests/scopes"))
}

func TestRecordingsThatAreNone(t *testing.T) {
	for text, want := range map[string]string{
		``:                      "not an HTTP archive",
		`[]`:                    "not an HTTP archive",
		`{}`:                    `no list "entries"`,
		`{"log":{"entries":1}}`: "not an HTTP archive",
		`{"log":{"entries":[{"request":{"url":"/relative"}}]}}`:                                                         "entry 1: its request has no absolute URL",
		`{"log":{"entries":[{"request":{"url":"http://a/"},"response":{"content":{"text":"*","encoding":"base64"}}}]}}`: "not Base64",
		"\xef\xbb\xbf" + `{"log":{"entries":[{"startedDateTime":"yesterday"}]}}`:                                        "not an HTTP archive",
		`{"log":{"entries":[{"request":{"url":"http://a/%zz"}}]}}`:                                                      "entry 1",
		`{"log":{"entries":[` + strings.Repeat(`{"request":{"url":"http://a/"}},`, 3) + `{"request":{"url":"::"}}]}}`:   "entry 4",
	} {
		_, err := ReadHAR([]byte(text))
		assert.ErrorContains(t, err, want, "%s", text)
	}
}

// FuzzReadHAR holds that no recording breaks the reader, nor the rules that are applied to what it
// read.
func FuzzReadHAR(f *testing.F) {
	f.Add([]byte(`{"log":{"entries":[{"startedDateTime":"2026-02-12T08:30:00Z","request":{"method":"PATCH","url":"http://a/tokens/b","headers":[{"name":"Authorization","value":"Bearer c"}]},"response":{"status":200,"content":{"text":"{\"token\":\"d\"}"}}}]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		evidence, err := ReadHAR(text)
		if err != nil {
			return
		}
		out := JudgeTraffic(evidence, Options{Level: "must", Redactor: report.NewRedactor()})
		require.Len(t, out.Results, len(TrafficIDs()))
	})
}
