package clientcred_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// explained is why the n-th request was answered as it was.
func (m *mock) explained(n int) string {
	m.t.Helper()
	return m.control(fmt.Sprintf("GET /__admin/requests/%d", n), "")
}

func TestAnExplanationTellsWhichClientCalledAndHow(t *testing.T) {
	m := newMock(t)
	m.control("POST /__admin/accounts/demo/clients", `{"id":"odd+id","secret":"a:b%20 c"}`)
	for name, c := range map[string]struct {
		body    string
		headers []string
		says    []string
	}{
		"in the body": {demo, nil, []string{
			`"client":"demo-client"`, `"account":"demo"`, `"auth":"client_secret_post"`,
			"It is the client demo-client of account demo, which authenticated with its secret, in the body (client_secret_post).",
			"The client's window allows 10000 requests", "--client-credentials-shape both",
		}},
		"as Basic": {"a=b", []string{basic("demo-client", "demo-secret")}, []string{`"auth":"client_secret_basic"`, "as HTTP Basic (client_secret_basic)."}},
		"as Basic, form-encoded": {"a=b", []string{basic("odd%2Bid", "a%3Ab%2520+c")}, []string{
			"The credentials in HTTP Basic were form-decoded, as RFC 6749, section 2.3.1, asks.",
		}},
		"as Basic, raw": {"a=b", []string{basic("odd+id", "a:b%20 c")}, []string{"The credentials in HTTP Basic were taken as they are"}},
		"with a wrong secret": {"client_id=demo-client&client_secret=other-secret", nil, []string{
			`"account":"demo"`, `"client":"demo-client"`, "and was refused.", "client-invalid (the client_secret is not that of the client demo-client)",
		}},
		"as nobody":               {"client_id=nobody&client_secret=other-secret", nil, []string{`"account":""`, "no client has this client_id"}},
		"as another content type": {demo, []string{"Content-Type: text/plain"}, []string{"request-invalid", "text/plain", "No credentials were taken from the request."}},
		"twice":                   {demo + "&client_id=x", nil, []string{"client_id", "more than once"}},
	} {
		t.Run(name, func(t *testing.T) {
			id := m.send("POST /v1/auth/token", c.body, c.headers...).Header().Get("X-Mock-Request-Id")
			text := m.control("GET /__admin/requests/"+id, "")
			for _, say := range c.says {
				assert.Contains(t, text, say)
			}
		})
	}
}

// TestAPathWithoutItsPrefixIsNear: the page's own sample leaves the prefix to a variable.
func TestAPathWithoutItsPrefixIsNear(t *testing.T) {
	m := newMock(t)
	m.send("POST /auth/token", demo)
	assert.Contains(t, m.explained(1), "POST /v1/auth/token (clientcred.token) came near: the path is /auth/token.")
	m.send("GET /wallets", "")
	assert.NotContains(t, m.explained(2), "clientcred")
}

func TestRequestsAreFoundByTheirClient(t *testing.T) {
	m := newMock(t)
	token := m.token(demo)
	m.send("POST /v1/auth/token", "client_id=demo-client&client_secret=wrong")
	m.token("client_id=YOUR_CLIENT_ID&client_secret=YOUR_CLIENT_SECRET")
	m.ping(token)
	assert.Equal(t, 3, strings.Count(m.control("GET /__admin/requests?client=demo-client", ""), `"receivedAt"`))
	const expectation = `{"match":{"client":"demo-client","operation":"clientcred.*","auth":%q},"exactly":%d}`
	m.control("POST /__admin/verify", fmt.Sprintf(expectation, "client_secret_post", 2))
	m.control("POST /__admin/verify", fmt.Sprintf(expectation, "token", 1))
	missed := m.send("POST /__admin/verify", `{"match":{"client":"YOUR_CLIENT_ID","operation":"clientcred.ping"}}`, "Content-Type: application/json")
	assert.Equal(t, 409, missed.Code)
	assert.Contains(t, missed.Body.String(), `{"field":"client","expected":"YOUR_CLIENT_ID","actual":"demo-client"}`)
	assert.Equal(t, 404, m.send("GET /__admin/requests?client=demmo-client", "").Code, "a name that nobody has")
	assert.Equal(t, 404, m.send("POST /__admin/verify", `{"match":{"client":"demmo-client"}}`, "Content-Type: application/json").Code)
	assert.Equal(t, 400, m.send("POST /__admin/verify", `{"match":{"auth":"client_secret"}}`, "Content-Type: application/json").Code)
	m.control("DELETE /__admin/accounts/demo/clients/demo-client", "")
	m.control("POST /__admin/verify", fmt.Sprintf(expectation, "token", 1)) // the journal knows the client still
}

// TestNoSecretIsShown looks for what clients sent as secrets, right and wrong ones and at places
// where they do not belong, in everything that tells of requests.
func TestNoSecretIsShown(t *testing.T) {
	m := newMock(t)
	const secret, wrongSecret, key = "s3cr/t+of one%", "wr0ng-s3cret", "n0body-knows-this"
	m.control("POST /__admin/accounts/demo/clients", `{"id":"app","secret":"`+secret+`"}`)
	form := url.Values{"client_id": {"app"}, "client_secret": {secret}}.Encode()
	token := m.token(form)
	escaped := basic(url.QueryEscape("app"), url.QueryEscape(secret))
	m.send("POST /v1/auth/token", "a=b", basic("app", secret))
	m.send("POST /v1/auth/token", "a=b", escaped)
	m.send("POST /v1/auth/token?"+form, form, "Content-Type: text/plain")
	m.send("POST /v1/auth/token", "session_key="+key+"&client_id=app&client_secret="+wrongSecret)
	m.send("POST /v1/auth/token", `{"client_id":"app","client_secret":"`+secret+`"}`, "Content-Type: application/json")
	m.send("POST /v1/auth/token", "a="+token, basic("app", wrongSecret))
	m.ping(token)
	m.send("GET /v1/ping?what="+token, "", "Authorization: "+token, "Cookie: session="+key, "X-Trace: "+token)
	m.send("GET /v1/tokens/"+token, "")

	var all strings.Builder
	for _, call := range []string{"/requests", "/requests?format=har", "/requests?client=app"} {
		all.WriteString(m.control("GET /__admin"+call, ""))
	}
	for n := 1; n <= 10; n++ {
		all.WriteString(m.explained(n))
	}
	all.WriteString(m.send("POST /__admin/verify", `{"match":{"client":"app","headers":{"X-Other":"*"},"body":{"client_secret":"`+secret+`"}},"exactly":99}`, "Content-Type: application/json").Body.String())
	shown := all.String()
	assert.Contains(t, shown, "[secret ")
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	for _, hidden := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), wrongSecret, key, token, strings.TrimPrefix(token, "sk-"),
		encoded("app:" + secret), encoded("app:" + wrongSecret), strings.TrimPrefix(escaped, "Authorization: Basic "),
	} {
		assert.NotContains(t, shown, hidden)
	}
}
