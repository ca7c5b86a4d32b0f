package openapi_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func routes(servers string, templates ...string) string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\nservers: " + servers + "\npaths:\n")
	for _, template := range templates {
		method, path, _ := strings.Cut(template, " ")
		fmt.Fprintf(&b, "  %q: {%s: {responses: {200: {}}}}\n", path, strings.ToLower(method))
	}
	return b.String()
}

func TestFindChoosesTheOperationOfARequest(t *testing.T) {
	doc, _ := parse(t, routes(`[{url: "https://x.example.com/v1"}, {url: "https://{env}.example.com/{base}/", variables: {env: {default: a}, base: {default: api, enum: [api, beta]}}}, {url: /rel}, {url: "//x.example.com/proto"}]`,
		"GET /users", "GET /users/{id}", "GET /users/me", "DELETE /users/{id}", "POST /users/{user}", "GET /users/{id}/", "GET /users/{id}/posts/{post}",
		"GET /files/{name}.pdf", "GET /files/{name}", "GET /between/{from}..{to}", "GET /caffè/{x}", "GET /a b", "GET /things/{id}:cancel", "GET /tree/{+path}", "GET /", "GET /v1/{y}",
		"GET /{a}/{b}/{c}/{d}/last", "GET no-slash"))
	for name, c := range map[string]struct {
		request, want string // template and parameters; "" when nothing is found
	}{
		"a literal path":                         {"GET /users", "/users"},
		"a parameter":                            {"GET /users/7", "/users/{id} id=7"},
		"a literal path before a template":       {"GET /users/me", "/users/me"},
		"a template where the literal has no":    {"DELETE /users/me", "/users/{id} id=me"},
		"a parameter with another name":          {"POST /users/7", "/users/{user} user=7"},
		"a slash at the end":                     {"GET /users/7/", "/users/{id}/ id=7"},
		"a slash at the end that is not there":   {"GET /users/", ""},
		"two parameters":                         {"GET /users/7/posts/a%2Fb%20c", "/users/{id}/posts/{post} id=7 post=a/b c"},
		"a parameter that is empty":              {"GET /users//posts/1", ""},
		"text after a parameter":                 {"GET /files/a.b.pdf", "/files/{name}.pdf name=a.b"},
		"no text after a parameter":              {"GET /files/a.txt", "/files/{name} name=a.txt"},
		"nothing but the text":                   {"GET /files/.pdf", "/files/{name} name=.pdf"},
		"two parameters in a segment":            {"GET /between/1..2", "/between/{from}..{to} from=1 to=2"},
		"letters that are encoded":               {"GET /caff%C3%A8/1", "/caffè/{x} x=1"},
		"a space that is encoded":                {"GET /a%20b", "/a b"},
		"a verb after a colon":                   {"GET /things/9:cancel", "/things/{id}:cancel id=9"},
		"a parameter with slashes":               {"GET /tree/a/b/c", "/tree/{+path} path=a/b/c"},
		"the root":                               {"GET /", "/"},
		"the root below a server":                {"GET /v1/", "/"},
		"below a server":                         {"GET /v1/users/7", "/users/{id} id=7"},
		"below a server's variable":              {"GET /api/users/7", "/users/{id} id=7"},
		"below another value of it":              {"GET /beta/users", "/users"},
		"below a relative server":                {"GET /rel/users", "/users"},
		"below a server without scheme":          {"GET /proto/users", "/users"},
		"a path that only looks like a server's": {"GET /v1/zzz", "/v1/{y} y=zzz"},
		"a path without its slash":               {"GET /no-slash", "no-slash"},
		"many parameters":                        {"GET /1/2/3/4/last", "/{a}/{b}/{c}/{d}/last a=1 b=2 c=3 d=4"},
		"a method that is not there":             {"PATCH /users", ""},
		"a path that is not there":               {"GET /nobody", ""},
		"a path that is too long":                {"GET /users/7/posts/8/9", ""},
		"broken encoding":                        {"GET /users/%zz", "/users/{id} id=%zz"},
	} {
		t.Run(name, func(t *testing.T) {
			method, path, _ := strings.Cut(c.request, " ")
			op, params, ok := doc.Find(method, path)
			require.Equal(t, c.want != "", ok)
			if !ok {
				return
			}
			got := op.Template
			for _, name := range []string{"a", "b", "c", "d", "from", "id", "name", "path", "post", "to", "user", "x", "y"} {
				if value, has := params[name]; has {
					got += " " + name + "=" + value
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestTheColonOfAFrameworkIsAParameterWhenItIsDeclared(t *testing.T) {
	doc, _ := parse(t, `
openapi: 3.0.0
paths:
  /users/:id: {get: {parameters: [{name: id, in: path, required: true, schema: {type: string}}], responses: {200: {}}}}
  /jobs/:run: {get: {responses: {200: {}}}}
`)
	_, params, ok := doc.Find("GET", "/users/7")
	require.True(t, ok)
	assert.Equal(t, map[string]string{"id": "7"}, params)
	_, _, ok = doc.Find("GET", "/jobs/7")
	assert.False(t, ok)
	_, _, ok = doc.Find("GET", "/jobs/:run")
	assert.True(t, ok)
}

func TestOperationsAreListedInTheOrderOfTheDocument(t *testing.T) {
	doc, _ := parse(t, routes("[]", "GET /z", "POST /a", "GET /m/{x}"))
	var listed []string
	for _, op := range doc.Operations() {
		listed = append(listed, op.String())
	}
	assert.Equal(t, []string{"GET /z", "POST /a", "GET /m/{x}"}, listed)
}
