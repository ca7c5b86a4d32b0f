package surface_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/account"
	"oauthmock/mockserver/clock"
	"oauthmock/mockserver/exchange"
	"oauthmock/mockserver/surface"
	"oauthmock/spec"
)

var noon = time.Date(2026, 2, 12, 12, 0, 0, 0, time.UTC)

// stage is a server of surfaces, with the exchange of the last request and what was logged.
type stage struct {
	handler http.Handler
	last    exchange.Exchange
	log     bytes.Buffer
}

func newStage(t *testing.T, all ...surface.Surface) *stage {
	t.Helper()
	table, err := spec.Refusals()
	require.NoError(t, err)
	s := &stage{}
	router, err := surface.NewRouter(surface.Config{Table: func() *spec.Table { return table }, Log: slog.New(slog.NewTextHandler(&s.log, nil))}, all...)
	require.NoError(t, err)
	s.handler = &exchange.Handler{
		Next: router, Clock: clock.New(time.Now), Real: time.Now, MaxBody: 8,
		Done: func(e *exchange.Exchange) { s.last = *e },
	}
	return s
}

func (s *stage) send(method, url, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, httptest.NewRequest(method, url, strings.NewReader(body)))
	return w
}

// known lets everybody in as one account.
func known(c *surface.Call) account.Reason {
	if !c.Accept(account.Identity{ID: "one", Environment: account.Production}) {
		return surface.CredentialsInvalid
	}
	c.Exchange.Auth = "nothing"
	return ""
}

// gives is a handler with one answer.
func gives(a surface.Answer) func(*surface.Call) (surface.Answer, account.Receipt, error) {
	return func(*surface.Call) (surface.Answer, account.Receipt, error) { return a, account.Receipt{At: noon}, nil }
}

// refuses is a handler with one error.
func refuses(err error, quota account.QuotaState) func(*surface.Call) (surface.Answer, account.Receipt, error) {
	return func(*surface.Call) (surface.Answer, account.Receipt, error) {
		return surface.Answer{}, account.Receipt{At: noon, Quota: quota}, err
	}
}

// named is a surface with operations, each with a name, a path and a handler.
func named(name, prefix string, operations ...surface.Operation) surface.Surface {
	for i := range operations {
		if operations[i].Authenticate == nil {
			operations[i].Authenticate = known
		}
	}
	return surface.Surface{
		Description: surface.Description{Name: name, Prefix: prefix, Operations: operations}, Failure: surface.Enveloped,
	}
}

func operation(name, method, path string, handle func(*surface.Call) (surface.Answer, account.Receipt, error)) surface.Operation {
	return surface.Operation{Name: name, Method: method, Path: path, Handle: handle}
}

func TestAnAnswerIsWrittenAsItIs(t *testing.T) {
	for name, c := range map[string]struct {
		answer  surface.Answer
		status  int
		headers http.Header
		body    string
	}{
		"JSON, 200 by default": {surface.Answer{ContentType: surface.JSON, Body: surface.Text(`{}`)}, 200, http.Header{"Content-Type": {"application/json"}}, `{}`},
		"a page":               {surface.Answer{ContentType: "text/html; charset=utf-8", Body: surface.Bytes("<p>")}, 200, http.Header{"Content-Type": {"text/html; charset=utf-8"}}, "<p>"},
		"nothing":              {surface.Answer{Status: 204}, 204, http.Header{}, ""},
		"a redirect with two cookies": {
			surface.Answer{Status: 303, Header: []surface.Field{{"Location", "/a?b"}, {"Set-Cookie", "a=1"}, {"Set-Cookie", "b=2"}}}, 303,
			http.Header{"Location": {"/a?b"}, "Set-Cookie": {"a=1", "b=2"}}, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, named("toy", "", operation("toy.get", "GET", "/x/{id}", gives(c.answer))))
			w := s.send("GET", "/x/a%2Fb?q", "")
			assert.Equal(t, c.status, w.Code)
			w.Header().Del("X-Mock-Request-Id")
			w.Header().Del("Date") // of the caller's clock
			assert.Equal(t, c.headers, w.Header())
			assert.Equal(t, c.body, w.Body.String())
			assert.Equal(t, []string{"toy", "toy.get", "/x/a%2Fb", "one", "nothing"},
				[]string{s.last.Surface, s.last.Operation, s.last.Path, string(s.last.Account), s.last.Auth})
			assert.Equal(t, []exchange.Param{{Name: "id", Value: "a/b"}}, s.last.Params)
			assert.Equal(t, noon, s.last.At)
		})
	}
}

// failing is a body that cannot be written.
type failing struct{}

func (failing) Append(b []byte) ([]byte, error) { return append(b, "half"...), errors.New("on fire") }

func TestARefusalIsWordedByTheSurfaceWithTheNumbersOfTheTable(t *testing.T) {
	for name, c := range map[string]struct {
		handle func(*surface.Call) (surface.Answer, account.Receipt, error)
		status int
		body   string
		logged string
	}{
		"a reason with a row of the surface's own": {refuses(account.Refuse("odd", "a detail"), account.QuotaState{}), 418, `"error":"short_and_stout"`, ""},
		"a reason that all surfaces have":          {refuses(account.Refuse(account.RateLimited, ""), account.QuotaState{Enabled: true, Reset: 1500 * time.Millisecond}), 429, `"error":429`, ""},
		"a reason without a row":                   {refuses(account.Refuse("unheard-of", ""), account.QuotaState{}), 500, `"error":500`, "has no row"},
		"an account that is gone":                  {refuses(account.ErrNoAccount, account.QuotaState{}), 401, `"error":401`, ""},
		"an error that nobody foresaw":             {refuses(errors.New("on fire"), account.QuotaState{}), 500, `"error":500`, "on fire"},
		"an answer that cannot be written":         {gives(surface.Answer{Body: failing{}}), 500, `{"success":false`, "on fire"},
		"a panic":                                  {func(*surface.Call) (surface.Answer, account.Receipt, error) { panic("on fire") }, 500, `"error":500`, "on fire"},
	} {
		t.Run(name, func(t *testing.T) {
			toy := named("toy", "", operation("toy.get", "GET", "/x", c.handle))
			toy.Rows = []spec.Refusal{{Reason: "odd", Status: 418, Code: spec.TextCode("short_and_stout"), Message: "I'm a teapot", Grade: spec.Assumed}}
			s := newStage(t, toy)
			w := s.send("GET", "/x", "")
			assert.Equal(t, c.status, w.Code)
			assert.Contains(t, w.Body.String(), c.body)
			assert.NotContains(t, w.Body.String(), "fire")
			assert.NotContains(t, w.Body.String(), "detail")
			if c.logged == "" {
				assert.Empty(t, s.log.String())
			} else {
				assert.Contains(t, s.log.String(), c.logged)
			}
			if c.status == 429 {
				assert.Equal(t, "2", w.Header().Get("Retry-After"), "rounded up")
			}
		})
	}
}

func TestWhatNoOperationCouldAnswerIsRefusedBeforeTheHandler(t *testing.T) {
	improper := account.Refuse(surface.BodyMalformed, "odd")
	for name, c := range map[string]struct {
		body     string
		refuse   bool // the surface records refusals
		weighs   bool
		improper error
		status   int
		said     []string
	}{
		"nothing wrong":                           {"", true, false, nil, 200, []string{"handled"}},
		"a body that is too large":                {"123456789", true, false, nil, 413, []string{"recorded"}},
		"as the surface says":                     {"", true, false, improper, 400, []string{"recorded"}},
		"where nothing is recorded":               {"", false, false, improper, 400, nil},
		"to a handler that weighs it":             {"", true, true, improper, 200, []string{"handled, improper"}},
		"a body, to a handler that weighs it":     {"123456789", true, true, nil, 200, []string{"handled, improper"}},
		"the body comes before what surfaces say": {"123456789", false, false, improper, 413, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var said []string
			o := operation("toy.post", "POST", "/x", func(c *surface.Call) (surface.Answer, account.Receipt, error) {
				if said = append(said, "handled"); c.Improper != nil {
					said[0] += ", improper"
				}
				return surface.Answer{}, account.Receipt{}, nil
			})
			o.Weighs = c.weighs
			toy := named("toy", "", o)
			toy.Improper = func(*surface.Call) error { return c.improper }
			if c.refuse {
				toy.Refuse = func(_ *surface.Call, refusal error) (account.Receipt, error) {
					said = append(said, "recorded")
					return account.Receipt{At: noon}, refusal
				}
			}
			assert.Equal(t, c.status, newStage(t, toy).send("POST", "/x", c.body).Code)
			assert.Equal(t, c.said, said)
		})
	}
}

func TestARequestGoesToTheSurfaceOfItsHostElseOfTheLongestPrefix(t *testing.T) {
	page := func(text string) surface.Operation {
		return operation(text+".get", "GET", "/page", gives(surface.Answer{Body: surface.Text(text)}))
	}
	root := named("root", "", page("root"))
	root.Hosts = []surface.Host{{Name: "api.example.com", Environment: account.Production}, {Name: "test.api.example.com", Environment: account.Sandbox}}
	whole := named("whole", "/v1", operation("whole.get", "GET", "/v1/page", gives(surface.Answer{Body: surface.Text("whole")})))
	whole.Whole = true
	own := surface.Surface{
		Description: surface.Description{
			Name: "own", Prefix: "/own", Whole: true, Serves: func(host string) bool { return strings.HasSuffix(host, ".own") },
			Operations: []surface.Operation{{Name: "own.any", Method: surface.AnyMethod, Authenticate: known, Handle: gives(surface.Answer{Body: surface.Text("own")})}},
		},
		Match: func(c *surface.Call) string {
			c.Exchange.Path = "/matched"
			if strings.HasSuffix(c.Request.URL.Path, "/none") {
				return ""
			}
			return "own.any"
		},
		Failure: surface.Enveloped,
	}
	s := newStage(t, root, named("below", "/__below", page("below")), named("deeper", "/__below/more", page("deeper")), whole, own)
	for url, want := range map[string]struct {
		status                  int
		surface, path, contains string
	}{
		"http://localhost/page":              {200, "root", "/page", "root"},
		"http://localhost/__below/page":      {200, "below", "/page", "below"},
		"http://localhost/__below/more/page": {200, "deeper", "/page", "deeper"},
		"http://localhost/__below":           {404, "below", "", `"error":404`},
		"http://localhost/__belowpage":       {404, "root", "/__belowpage", `"error":404`},
		"http://localhost/%5F_below/page":    {404, "root", "/%5F_below/page", `"error":404`},
		"http://localhost/v1/page":           {200, "whole", "/v1/page", "whole"},
		"http://localhost/own/x":             {200, "own", "/matched", "own"},
		"http://localhost/own/none":          {404, "own", "/matched", `"error":404`},
		"http://a.own/page":                  {200, "own", "/matched", "own"},
		"http://API.example.com.:80/page":    {200, "root", "/page", "root"},
		"http://api.example.com/v1/page":     {404, "root", "/v1/page", `"error":404`},
		"http://test.api.example.com/page":   {401, "root", "/page", `"error":401`},
	} {
		w := s.send("GET", url, "")
		assert.Equal(t, want.status, w.Code, url)
		assert.Equal(t, []string{want.surface, want.path}, []string{s.last.Surface, s.last.Path}, url)
		assert.Contains(t, w.Body.String(), want.contains, url)
	}
	w := s.send("POST", "http://localhost/__below/page", "")
	assert.Equal(t, 405, w.Code)
	assert.Equal(t, "GET", w.Header().Get("Allow"))
}

func TestARequestThatNoSurfaceIsForIsAnsweredByTheFirst(t *testing.T) {
	s := newStage(t, named("a", "/a", operation("a.get", "GET", "/x", gives(surface.Answer{}))), named("b", "/b", operation("b.get", "GET", "/x", gives(surface.Answer{}))))
	w := s.send("GET", "/x", "")
	assert.Equal(t, 404, w.Code)
	assert.JSONEq(t, `{"success":false,"message":"Not Found","error":404,"data":null}`, w.Body.String())
	assert.Equal(t, []string{"a", "", "/x"}, []string{s.last.Surface, s.last.Operation, s.last.Path})
}

func TestASurfaceThatCannotBeServedIsAnError(t *testing.T) {
	good := operation("toy.get", "GET", "/x", gives(surface.Answer{}))
	for name, c := range map[string]struct {
		change func(*surface.Surface)
		says   string
	}{
		"without a name":                {func(s *surface.Surface) { s.Name = "" }, "want a name"},
		"without a failure":             {func(s *surface.Surface) { s.Failure = nil }, "want a name, a Failure"},
		"without operations":            {func(s *surface.Surface) { s.Operations = nil }, "and an operation"},
		"with two operations of a name": {func(s *surface.Surface) { s.Operations = append(s.Operations, good) }, `"toy.get"`},
		"with two operations of a path": {func(s *surface.Surface) {
			s.Operations = append(s.Operations, operation("toy.other", "GET", "/x", good.Handle))
		}, "/x"},
		"with an operation that nobody serves": {func(s *surface.Surface) { s.Operations[0].Handle = nil }, "Handle"},
	} {
		t.Run(name, func(t *testing.T) {
			s := named("toy", "", good)
			for i := range s.Operations {
				s.Operations[i].Authenticate = known
			}
			c.change(&s)
			for i := range s.Operations {
				s.Operations[i].Authenticate = known
			}
			_, err := surface.NewEngine(s, surface.Config{Log: slog.New(slog.DiscardHandler)})
			assert.ErrorContains(t, err, c.says)
		})
	}
}
