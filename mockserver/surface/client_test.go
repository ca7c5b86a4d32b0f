package surface_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
)

const formMedia = "application/x-www-form-urlencoded"

// clients are the secrets of clients, and who was asked for.
type clients struct {
	secrets map[string]string
	asked   []string
}

func (c *clients) AuthenticateClient(_ context.Context, id, secret string) (account.Identity, error) {
	c.asked = append(c.asked, id+" "+secret)
	if known, ok := c.secrets[id]; !ok || known != secret {
		return account.Identity{}, account.Refuse(account.ClientInvalid, "nobody's")
	}
	return account.Identity{ID: "one"}, nil
}

func TestAClientAuthenticatesInTheBodyAsBasicOrAsBoth(t *testing.T) {
	basic := func(credentials string) string { return "Basic " + encode(credentials) }
	for name, c := range map[string]struct {
		query, authorization, contentType, body string
		asked                                   []string
		refused                                 string
	}{
		"in the body":                                   {body: "client_id=g&client_secret=s%2B+", asked: []string{"g s+ "}},
		"with a charset":                                {body: "client_id=a&client_secret=b", contentType: formMedia + ";charset=UTF-8", asked: []string{"a b"}},
		"with a broken parameter of the type":           {body: "client_id=a&client_secret=b", contentType: formMedia + "; charset", asked: []string{"a b"}},
		"as Basic":                                      {authorization: basic("a:b"), asked: []string{"a b"}},
		"as Basic, form-encoded inside":                 {authorization: basic("a%2Bb:s%3A+"), asked: []string{"a+b s: "}},
		"as Basic, raw":                                 {authorization: basic("c+d:s%3A+"), asked: []string{"c d s: ", "c+d s%3A+"}},
		"as Basic, with what cannot be decoded":         {authorization: basic("e:100%"), asked: []string{"e 100%"}},
		"as both":                                       {authorization: basic("a:b"), body: "client_id=a&client_secret=b", asked: []string{"a b"}},
		"as both, and raw in Basic":                     {authorization: basic("f:b+c"), body: "client_id=f&client_secret=b%2Bc", asked: []string{"f b c", "f b+c"}},
		"as Basic, with the ID in the body too":         {authorization: basic("a:b"), body: "client_id=a", asked: []string{"a b"}},
		"with a wrong secret":                           {body: "client_id=a&client_secret=c", asked: []string{"a c"}, refused: "client-invalid: nobody's"},
		"with a wrong secret in both spellings":         {authorization: basic("a:x+y"), asked: []string{"a x y", "a x+y"}, refused: "client-invalid: nobody's"},
		"as both, which disagree about the secret":      {authorization: basic("a:b"), body: "client_id=a&client_secret=c", refused: "request-invalid: the client credentials in the body are not those in the Authorization header; send one of them"},
		"as both, which disagree about the client":      {authorization: basic("a:b"), body: "client_id=c", refused: "request-invalid: the client credentials in the body are not those in the Authorization header; send one of them"},
		"with another scheme":                           {authorization: "Bearer a", body: "client_id=a&client_secret=b", refused: notBasic},
		"as Basic without a colon":                      {authorization: basic("ab"), refused: notBasic},
		"with an empty header":                          {body: "client_id=a&client_secret=b", authorization: " ", refused: notBasic},
		"without an ID":                                 {body: "client_secret=b", refused: "request-invalid: the request has no client_id, neither in the body nor as HTTP Basic"},
		"with an empty ID":                              {body: "client_id=&client_secret=b", refused: "request-invalid: the request has no client_id, neither in the body nor as HTTP Basic"},
		"without a secret":                              {body: "client_id=a", refused: "request-invalid: the request has no client_secret, neither in the body nor as HTTP Basic"},
		"with an empty secret":                          {body: "client_id=a&client_secret=", refused: "request-invalid: the request has no client_secret, neither in the body nor as HTTP Basic"},
		"with nothing":                                  {refused: "request-invalid: the request has no client_id, neither in the body nor as HTTP Basic"},
		"in the query":                                  {query: "?client_id=a&client_secret=b", refused: "request-invalid: the query has client_id; want it in the body or in the Authorization header, for addresses end up in logs"},
		"with the secret in the query, and in the body": {query: "?client_secret=b", body: "client_id=a&client_secret=b", refused: "request-invalid: the query has client_secret; want it in the body or in the Authorization header, for addresses end up in logs"},
		"twice":                       {body: "client_id=a&client_id=a&client_secret=b", refused: `request-invalid: the body has the parameter "client_id" more than once`},
		"twice, once of it empty":     {body: "client_id=a&client_id=&client_secret=b", refused: `request-invalid: the body has the parameter "client_id" more than once`},
		"as JSON":                     {body: `{"client_id":"a"}`, contentType: "application/json", refused: `request-invalid: the Content-Type is "application/json"; want application/x-www-form-urlencoded`},
		"without a type":              {body: "client_id=a", contentType: "-", refused: "request-invalid: the Content-Type is missing; want application/x-www-form-urlencoded"},
		"with two types":              {body: "client_id=a", contentType: formMedia + ", text/plain", refused: `request-invalid: the Content-Type is "application/x-www-form-urlencoded, text/plain"; want application/x-www-form-urlencoded`},
		"in a form that is none":      {body: "client_id=%zz", refused: `request-invalid: the body is not a form: invalid URL escape "%zz"`},
		"with semicolons":             {body: "client_id=a;client_secret=b", refused: "request-invalid: the body is not a form: invalid semicolon separator in query"},
		"in a body that is too large": {body: strings.Repeat("a", 2<<10), refused: "body-too-large: the request body is larger than allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, "/token"+c.query, strings.NewReader(c.body))
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			switch c.contentType {
			case "":
				r.Header.Set("Content-Type", formMedia)
			case "-":
			default:
				r.Header.Set("Content-Type", c.contentType)
			}
			known := &clients{secrets: map[string]string{"a": "b", "a+b": "s: ", "c+d": "s%3A+", "e": "100%", "f": "b+c", "g": "s+ "}}
			var client surface.Client
			refused := ""
			stage := newStage(t, surface.Surface{
				Description: surface.Description{Name: "client", Operations: []surface.Operation{{
					Name: "token", Method: http.MethodPost, Path: "/token",
					Authenticate: func(call *surface.Call) (reason account.Reason) {
						if client, reason = call.AuthenticateClient(known); reason != "" {
							refused = string(reason) + ": " + call.Why
						}
						return reason
					},
					Handle: func(*surface.Call) (a surface.Answer, receipt account.Receipt, err error) { return a, receipt, nil },
				}}},
				Failure: surface.Enveloped,
			})
			stage.handler.(*exchange.Handler).MaxBody = 1 << 10
			stage.handler.ServeHTTP(httptest.NewRecorder(), r)

			assert.Equal(t, c.refused, refused)
			assert.Equal(t, c.asked, known.asked)
			assert.Equal(t, c.authorization != "" && c.query == "", client.Challenged)
			if c.refused == "" {
				assert.Equal(t, c.asked[len(c.asked)-1], client.ID+" "+known.secrets[client.ID])
				assert.Equal(t, account.ID("one"), stage.last.Account)
				assert.Equal(t, len(c.asked) == 2, strings.Contains(stage.last.Note, "taken as they are"), "explanations tell of Basic that is not encoded")
				assert.Equal(t, map[bool]string{true: "client_secret_basic", false: "client_secret_post"}[c.authorization != ""], stage.last.Auth)
			}
		})
	}
}

const notBasic = `client-invalid: the Authorization header is not HTTP Basic with the Base64 of "client_id:client_secret"`

func TestTheFormsOfAPageArePostedToItsOperation(t *testing.T) {
	stage := newStage(t, surface.Surface{
		Description: surface.Description{Name: "pages", Operations: []surface.Operation{{
			Name: "page", Method: http.MethodGet, Forms: []string{http.MethodPost}, Path: "/page", Authenticate: known,
			Handle: func(*surface.Call) (surface.Answer, account.Receipt, error) {
				return surface.Answer{}, account.Receipt{}, nil
			},
		}}},
		Failure: surface.Enveloped,
	})
	for method, status := range map[string]int{"GET": 200, "POST": 200, "PUT": 405, "HEAD": 405} {
		assert.Equal(t, status, stage.send(method, "/page", "").Code, method)
	}
	assert.Equal(t, "GET, POST", stage.send("PUT", "/page", "").Header().Get("Allow"))
}

func TestWhyACallerIsRefusedIsInTheExchange(t *testing.T) {
	stage := newStage(t, surface.Surface{
		Description: surface.Description{Name: "strict", Operations: []surface.Operation{{
			Name: "never", Method: http.MethodGet, Path: "/", Handle: func(*surface.Call) (a surface.Answer, r account.Receipt, err error) { return },
			Authenticate: func(c *surface.Call) account.Reason {
				c.Why = "nobody may"
				return surface.BodyMalformed
			},
		}}},
		Failure: surface.Enveloped,
	})
	assert.Equal(t, 400, stage.send("GET", "/", "").Code)
	assert.Equal(t, "nobody may", stage.last.Detail)
}
