package surface_test

import (
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

// read gives a request to a surface that does nothing but read its form and the client's credentials.
func read(t *testing.T, r *http.Request) (found surface.ClientCredentials, challenge bool, err error) {
	t.Helper()
	stage := newStage(t, surface.Surface{
		Description: surface.Description{Name: "client", Operations: []surface.Operation{{
			Name: "token", Method: http.MethodPost, Path: "/token", Authenticate: known, Weighs: true,
			Handle: func(c *surface.Call) (surface.Answer, account.Receipt, error) {
				form, refused := c.Form()
				if err = refused; err == nil {
					found, challenge, err = c.Client(form)
				}
				return surface.Answer{}, account.Receipt{}, nil
			},
		}}},
		Failure: surface.Enveloped,
	})
	stage.handler.(*exchange.Handler).MaxBody = 1 << 10
	stage.handler.ServeHTTP(httptest.NewRecorder(), r)
	return found, challenge, err
}

func TestAClientAuthenticatesInTheBodyAsBasicOrAsBoth(t *testing.T) {
	basic := func(credentials string) string { return "Basic " + encode(credentials) }
	post := func(id, secret string) surface.ClientCredentials {
		return surface.ClientCredentials{ID: id, Secret: secret, Method: surface.ClientSecretPost}
	}
	header := func(id, secret string) surface.ClientCredentials {
		return surface.ClientCredentials{ID: id, Secret: secret, Method: surface.ClientSecretBasic}
	}
	raw := func(c, as surface.ClientCredentials) surface.ClientCredentials {
		c.Raw = &as
		return c
	}
	for name, c := range map[string]struct {
		query, authorization, contentType, body string
		want                                    surface.ClientCredentials
		challenge                               bool
		refused                                 string
	}{
		"in the body":                                   {body: "client_id=a&client_secret=s%2B+", want: post("a", "s+ ")},
		"with a charset":                                {body: "client_id=a&client_secret=b", contentType: formMedia + ";charset=UTF-8", want: post("a", "b")},
		"with a broken parameter of the type":           {body: "client_id=a&client_secret=b", contentType: formMedia + "; charset", want: post("a", "b")},
		"as Basic":                                      {authorization: basic("a:b"), want: header("a", "b"), challenge: true},
		"as Basic, form-encoded inside":                 {authorization: basic("a%2Bb:s%3A+"), want: raw(header("a+b", "s: "), header("a%2Bb", "s%3A+")), challenge: true},
		"as Basic, with what cannot be decoded":         {authorization: basic("a:100%"), want: header("a", "100%"), challenge: true},
		"as both":                                       {authorization: basic("a:b"), body: "client_id=a&client_secret=b", want: header("a", "b"), challenge: true},
		"as both, and raw in Basic":                     {authorization: basic("a:b+c"), body: "client_id=a&client_secret=b%2Bc", want: raw(header("a", "b c"), header("a", "b+c")), challenge: true},
		"as Basic, with the ID in the body too":         {authorization: basic("a:b"), body: "client_id=a", want: header("a", "b"), challenge: true},
		"as both, which disagree about the secret":      {authorization: basic("a:b"), body: "client_id=a&client_secret=c", challenge: true, refused: "are not those in the Authorization header"},
		"as both, which disagree about the client":      {authorization: basic("a:b"), body: "client_id=c", challenge: true, refused: "are not those in the Authorization header"},
		"with another scheme":                           {authorization: "Bearer a", body: "client_id=a&client_secret=b", challenge: true, refused: "not HTTP Basic"},
		"as Basic without a colon":                      {authorization: basic("ab"), challenge: true, refused: "not HTTP Basic"},
		"with an empty header":                          {body: "client_id=a&client_secret=b", authorization: " ", challenge: true, refused: "not HTTP Basic"},
		"without an ID":                                 {body: "client_secret=b", refused: "no client_id"},
		"with an empty ID":                              {body: "client_id=&client_secret=b", refused: "no client_id"},
		"without a secret":                              {body: "client_id=a", refused: "no client_secret"},
		"with an empty secret":                          {body: "client_id=a&client_secret=", refused: "no client_secret"},
		"with nothing":                                  {refused: "no client_id"},
		"in the query":                                  {query: "?client_id=a&client_secret=b", refused: "the query has client_id"},
		"with the secret in the query, and in the body": {query: "?client_secret=b", body: "client_id=a&client_secret=b", refused: "the query has client_secret"},
		"twice":                       {body: "client_id=a&client_id=a&client_secret=b", refused: `the parameter "client_id" more than once`},
		"twice, once of it empty":     {body: "client_id=a&client_id=&client_secret=b", refused: `the parameter "client_id" more than once`},
		"as JSON":                     {body: `{"client_id":"a"}`, contentType: "application/json", refused: `the Content-Type is "application/json"`},
		"without a type":              {body: "client_id=a", contentType: "-", refused: "the Content-Type is missing"},
		"with two types":              {body: "client_id=a", contentType: formMedia + ", text/plain", refused: "the Content-Type is"},
		"in a form that is none":      {body: "client_id=%zz", refused: "the body is not a form"},
		"with semicolons":             {body: "client_id=a;client_secret=b", refused: "the body is not a form"},
		"in a body that is too large": {body: strings.Repeat("a", 2<<10), refused: string(surface.BodyTooLarge)},
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
			got, challenge, err := read(t, r)
			assert.Equal(t, c.challenge, challenge)
			if c.refused != "" {
				assert.ErrorContains(t, err, c.refused)
				return
			}
			assert.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

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
