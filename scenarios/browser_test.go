package scenarios_test

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
	"oauthmock/spec"
)

// shop is a surface that the suite does not have.
func shop() *spec.Document {
	return spec.NewDocument("shop", []byte(`
openapi: 3.0.3
info: {title: Shop, version: "1"}
paths:
  /scopes:
    get:
      operationId: shop.scope.list
      responses:
        "200": {description: all, content: {application/json: {schema: {type: array, items: {type: string}}}}}
        "401": {description: no, content: {application/json: {schema: {type: object}, example: {error: 1, message: No}}}}
  /page: {get: {operationId: shop.page, responses: {"200": {description: a page, content: {text/html: {}}}}}}
`), nil)
}

func loadShop(text string) ([]scenarios.Scenario, error) {
	return scenarios.Load(fstest.MapFS{"x.yaml": {Data: []byte(head + "    steps:\n" + text)}}, shop())
}

func TestACallNamesItsSurface(t *testing.T) {
	list, err := loadShop(`      - {name: a, call: shop.scope.list, expect: {status: 200}}
      - {name: b, call: shop GET /scopes, expect: {status: 401, code: 1}}
      - {name: c, call: GET /scopes, expect: {status: 200}}
      - {name: d, call: "shop GET /nothing", expect: {status: 404}}
`)
	require.NoError(t, err)
	more, err := shop().Operations()
	require.NoError(t, err)
	own, err := spec.V2().Operations()
	require.NoError(t, err)
	want := []struct{ surface, operation string }{{"shop", "shop.scope.list"}, {"shop", "shop.scope.list"}, {"v2", "scope.list"}, {"shop", ""}}
	for i, step := range list[0].Steps {
		call, ok := scenarios.ResolveCall(append(own, more...), step.Call)
		require.True(t, ok, step.Call)
		assert.Equal(t, want[i].surface, call.Surface, step.Call)
		assert.Equal(t, want[i].operation == "", call.Operation == nil, step.Call)
		if call.Operation != nil {
			assert.Equal(t, want[i].operation, call.Operation.Name)
		}
	}
	problems, err := scenarios.Lint(list, shop())
	require.NoError(t, err)
	assert.Empty(t, problems)

	wrong, err := loadShop("      - {name: a, call: shop GET /page, expect: {status: 200}}\n      - {name: b, call: GET /scopes, expect: {status: 401}}\n")
	require.NoError(t, err)
	problems, err = scenarios.Lint(wrong, shop())
	require.NoError(t, err)
	require.Len(t, problems, 1)
	assert.ErrorContains(t, problems[0], `step "b" must be refused`, "a success of another surface proves nothing")
}

func TestTwoSurfacesMustNotHaveOneNameForOperations(t *testing.T) {
	_, err := scenarios.Load(fstest.MapFS{}, shop(), shop())
	assert.ErrorContains(t, err, "the documents of shop and shop both have an operation shop.scope.list")
}

func TestWhatIsWrongWithSurfacesPagesAndClientsIsTold(t *testing.T) {
	const page = "      - {name: page, call: shop.page, expect: {status: 200}}\n"
	tests := map[string]struct{ steps, want string }{
		"a surface that is misspelt":     {"      - {name: a, call: shpo GET /scopes, expect: {status: 200}}\n", `call "shpo GET /scopes": there is no surface "shpo"; did you mean "shop"?`},
		"v2 by its name":                 {"      - {name: a, call: v2 GET /scopes, expect: {status: 200}}\n", `calls of v2 are written without the surface: "GET /scopes"`},
		"a method that is none":          {"      - {name: a, call: shop get /scopes, expect: {status: 200}}\n", `must be an operation (token.create) or a method and a path`},
		"an alias that is misspelt":      {"      - {name: a, call: shop.scopes.list, expect: {status: 200}}\n", `did you mean "shop.scope.list"?`},
		"a form beside a body":           {"      - {name: a, call: token.create, form: {a: 1}, body: {}, expect: {status: 200}}\n", "body and form exclude one another"},
		"a form with an object":          {"      - {name: a, call: token.create, form: {a: {b: 1}}, expect: {status: 200}}\n", `form: "a" must be text, a number, true, false, or a list of these`},
		"a client without a secret":      {"      - {name: a, call: token.create, auth: {client: {id: a}}, expect: {status: 200}}\n", "auth: client needs secret"},
		"a client in the query":          {"      - {name: a, call: token.create, auth: {client: {id: a, secret: b, in: query}}, expect: {status: 200}}\n", `unknown in "query"; it is one of "basic", "body"`},
		"a client in a raw body":         {"      - {name: a, call: token.create, rawBody: x, auth: {client: {id: a, secret: b, in: body}}, expect: {status: 200}}\n", "a client in the body needs a form"},
		"a cookie with a bad name":       {"      - {name: a, call: shop.page, cookies: {a b: c}, expect: {status: 200}}\n", `"a b" cannot be the name of a cookie`},
		"following nothing":              {"      - {name: a, follow: redirect, expect: {status: 200}}\n", `step "a" follows an answer, but no step before it sends a request`},
		"following a later step":         {page + "      - {name: a, follow: {of: b}, expect: {status: 200}}\n      - {name: b, call: shop.page, expect: {status: 200}}\n", `no step before this one is called "b"`},
		"following something else":       {page + "      - {name: a, follow: link, expect: {status: 200}}\n", `must be "redirect", {of: STEP}, {form: NAME, fields: {…}} or {button: TEXT}, not "link"`},
		"fields without a form":          {page + "      - {name: a, follow: {fields: {x: y}}, expect: {status: 200}}\n", "fields belong to a form"},
		"a follow that calls too":        {page + "      - {name: a, follow: redirect, call: shop.page, expect: {status: 200}}\n", "must have exactly one of call, follow, authorize, wait, receive, control and compare; it has call, follow"},
		"a follow with a body":           {page + "      - {name: a, follow: redirect, body: {}, expect: {status: 200}}\n", `"body" belongs to a call`},
		"a redirect to nothing":          {"      - {name: a, call: shop.page, expect: {status: 302, redirect: {}}}\n", "redirect asks for nothing"},
		"a page that shows nothing":      {"      - {name: a, call: shop.page, expect: {status: 200, html: {}}}\n", "html asks for nothing"},
		"an answer that is not empty":    {"      - {name: a, call: shop.page, expect: {status: 200, empty: false}}\n", "empty: false asks for nothing"},
		"an authorization of nothing":    {"      - {name: a, authorize: {deny: true}, expect: {status: 302}}\n", "authorize needs one of query, rawQuery and of"},
		"half a user":                    {"      - {name: a, authorize: {rawQuery: x, username: a}, expect: {status: 302}}\n", "authorize: username and password go together"},
		"until the end":                  {"      - {name: a, authorize: {rawQuery: x, until: end}, expect: {status: 302}}\n", `unknown until "end"; it is one of "consent"`},
		"the form of a later step":       {"      - {name: a, authorize: {of: b}, expect: {status: 302}}\n      - {name: b, call: shop.page, expect: {status: 200}}\n", `authorize: no step before this one is called "b"`},
		"an authorization with a body":   {"      - {name: a, authorize: {rawQuery: x}, body: {}, expect: {status: 302}}\n", `"body" belongs to a call`},
		"a browser that does nothing":    {page + "      - {name: a, browser: b, compare: [{value: 1, is: 1, why: it is}]}\n", "a browser sends a request"},
		"a client's other members":       {"      - {name: a, call: token.create, form: {a: \"${client.name}\"}, expect: {status: 200}}\n", "${client.name}: there are \"client.id\""},
		"a capture that is a client":     {"      - {name: a, call: shop.page, expect: {status: 200}, capture: {client: $.title}}\n", `variable "client" is one of the suite's own`},
		"a pattern of no header":         {"      - {name: a, call: shop.page, expect: {status: 200, headers: {\"/(/\": {exists: true}}}}\n", `"/(/" is no pattern of a header's name`},
		"a variable that nobody defined": {page + "      - {name: a, follow: {form: f, fields: {x: \"${y}\"}}, expect: {status: 200}}\n", "${y} is not defined"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := loadShop(test.steps)
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestAScenarioNamesTheCredentialsThatItUses(t *testing.T) {
	list, err := loadShop(`      - {name: a, authorize: {query: {client_id: "${client.id}"}}, expect: {status: 302}}
      - {name: b, call: token.create, form: {client_secret: "${client.secret}"}, expect: {status: 200}}
`)
	require.NoError(t, err)
	assert.Equal(t, []string{"client.id", "client.secret", "user.password", "user.username"}, list[0].Credentials)

	list, err = loadShop(`      - {name: a, authorize: {rawQuery: a, username: "${anna.username}", password: "${anna.password}"}, expect: {status: 302}}
      - {name: b, call: token.create, form: {client_id: "${shop.id}", secret: "${other.client.secret}"}, expect: {status: 200}}
    given:
      clients: [{as: shop, redirectUris: [https://a.example/cb, https://b.example/cb], disabled: true}]
      users: [{as: anna, username: anna, password: secret, email: a@example.com, fullName: Anna}]
      accounts: {other: {}}
`)
	require.NoError(t, err)
	assert.Empty(t, list[0].Credentials)
	assert.Contains(t, list[0].ControlReasons(), "it registers clients or users")
	assert.Equal(t, scenarios.Texts{"https://a.example/cb", "https://b.example/cb"}, list[0].Given.Clients[0].RedirectURIs)

	_, err = loadShop(`      - {name: a, call: shop.page, expect: {status: 200}}
    given: {users: [{as: anna, username: anna}], clients: [{as: "a b"}]}
`)
	require.ErrorContains(t, err, "users: password is missing")
	require.ErrorContains(t, err, "clients: `as` must be a word")
}
