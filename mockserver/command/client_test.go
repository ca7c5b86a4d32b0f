package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// following is `oauthmock requests --follow` running in this process.
type following struct {
	lines  *bufio.Scanner
	stop   context.CancelFunc
	code   chan int
	stderr *safeBuffer
}

func follow(t *testing.T, url string, args ...string) *following {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out, in := io.Pipe()
	f := &following{lines: bufio.NewScanner(out), stop: cancel, code: make(chan int, 1), stderr: &safeBuffer{}}
	go func() {
		f.code <- Run(ctx, append([]string{"requests", "--follow", "--url", url}, args...), func(string) string { return "" }, in, f.stderr)
		_ = in.Close()
	}()
	t.Cleanup(func() {
		cancel()
		_ = out.Close()
	})
	return f
}

func (f *following) next(t *testing.T) string {
	t.Helper()
	require.True(t, f.lines.Scan(), f.stderr.String())
	return f.lines.Text()
}

func TestFollowingTheJournal(t *testing.T) {
	p := start(t, nil)
	for range 12 {
		p.ask("GET", "/wallet", "")
	}
	f := follow(t, p.url, "--account", "demo")
	for i := range newestFirst {
		assert.Regexp(t, `^ *`+strconv.Itoa(i+3)+`  .*  200  GET /wallet +wallet.get  demo$`, f.next(t))
	}
	p.ask("GET", "/wallet", "", func(r *http.Request) { r.Header.Del("Authorization") }) // nobody's
	p.ask("POST", "/tokens", `{"scopes":"all"}`)
	assert.Regexp(t, `^ *14  .*  422  POST /tokens +token.create  demo  scopes-malformed$`, f.next(t))
	f.stop()
	assert.Equal(t, exitOK, <-f.code, "an interrupt is how it ends")

	f = follow(t, p.url, "--json", "--limit", "1")
	shown := func() (e struct{ ID string }) {
		require.NoError(t, json.Unmarshal([]byte(f.next(t)), &e))
		return e
	}
	assert.Equal(t, "14", shown().ID)
	p.ask("GET", "/wallet", "")
	assert.Equal(t, "15", shown().ID)
	f.stop()
	assert.Equal(t, exitOK, <-f.code)
}

func TestFollowingEndsWithTheMock(t *testing.T) {
	p := start(t, nil)
	p.ask("GET", "/wallet", "")
	f := follow(t, p.url)
	f.next(t)
	p.stop()
	assert.False(t, f.lines.Scan())
	assert.Equal(t, exitError, <-f.code)
	assert.Contains(t, f.stderr.String(), "it has stopped")
}

// askedOf runs a command against a server that is no mock.
func askedOf(t *testing.T, h http.HandlerFunc, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	s := httptest.NewServer(h)
	defer s.Close()
	return command(t.Context(), append(args, "--url", s.URL)...)
}

func TestWhatOtherServersAnswerIsToldApart(t *testing.T) {
	for name, c := range map[string]struct {
		status     int
		kind, body string
		want       string
	}{
		"a page":                       {200, "text/html", "<html>", "not as the control API of oauthmock"},
		"no JSON, though it says so":   {200, "application/json", "{", "not as the control API of oauthmock"},
		"JSON of another kind":         {200, "application/json", "[]", "the answer is not what oauthmock answers"},
		"the API, but not the control": {404, "application/json", `{"success":false}`, "not as the control API of oauthmock"},
		"a broken gateway":             {502, "application/json", `{}`, "not as the control API of oauthmock"},
		"somewhere else":               {302, "", "", "not as the control API of oauthmock"},
		"a problem without a detail":   {403, "application/problem+json", `{"title":"Forbidden"}`, "Forbidden (403 Forbidden)"},
		"a problem that is none":       {403, "application/problem+json", `{`, "answers 403 Forbidden"},
		"a problem of several lines":   {400, "application/problem+json; charset=utf-8", `{"detail":"one\ntwo\u001b[2J"}`, "one\ntwo\\x1b[2J (400 Bad Request)"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := askedOf(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.Header().Set("Location", "http://127.0.0.1:1/")
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}, "clock")
			assert.Equal(t, exitError, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
		})
	}
}

func TestNothingThatTheServerSaysReachesTheTerminalAsItIs(t *testing.T) {
	const evil = `\u001b]0;x\u0007\u202e\r\n`
	entry := `{"id":"1` + evil + `","operation":"` + evil + `","account":"` + evil + `","request":{"method":"GET","uri":"/` + evil + `","body":"` + evil + `"},` +
		`"response":{"body":"` + evil + `"},"explanation":{"words":["` + evil + `"],"` + evil + `":["` + evil + `",{"` + evil + `":"` + evil + `"}]}}`
	for command, answer := range map[string]string{
		"requests":           `{"items":[` + entry + `]}`,
		"explain 1":          entry,
		"accounts":           `{"items":[{"id":"` + evil + `","email":"` + evil + `"}]}`,
		"accounts show x":    `{"id":"` + evil + `","enabledScopes":["` + evil + `"]}`,
		"accounts new":       `{"id":"` + evil + `","email":"` + evil + `"}`,
		"snapshots":          `{"items":[{"name":"` + evil + `","account":"` + evil + `"}]}`,
		"clock advance 1h":   `{"fired":[{"what":"` + evil + `"}]}`,
		"coverage":           `{"` + evil + `":{"covered":0,"total":1,"missing":["` + evil + `"]}}`,
		"verify":             `{"detail":"` + evil + `","matched":["` + evil + `"],"nearMisses":[{"id":"` + evil + `","differences":[{"field":"` + evil + `"}]}]}`,
		"snapshots take a\r": `{}`,
	} {
		t.Run(command, func(t *testing.T) {
			code, stdout, stderr := askedOf(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, answer)
			}, strings.Split(command, " ")...)
			assert.Equal(t, exitOK, code, stderr)
			assert.NotEmpty(t, stdout)
			assert.NotContains(t, stdout, "\x1b")
			assert.NotContains(t, stdout, "\r")
			assert.NotContains(t, stdout, "\u202e")
		})
	}
}

func TestAnyJSONHasAnOutline(t *testing.T) {
	for in, want := range map[string]string{
		`{}`:                                          "",
		`{"b":1,"a":"x y","c":true}`:                  "b: 1\na: x y\nc: true\n",
		`{"n":null,"e":"","l":[],"o":{}}`:             "",
		`{"o":{"p":{"q":1.50}}}`:                      "o:\n  p:\n    q: 1.50\n",
		`{"l":[1,"two",[3],{"four":4}]}`:              "l:\n  - 1\n  - two\n  -\n    - 3\n  -\n    four: 4\n",
		`{"text":"` + strings.Repeat("é", 501) + `"}`: "text: " + strings.Repeat("é", 500) + "…\n",
	} {
		var out bytes.Buffer
		require.NoError(t, outline(&out, "", json.RawMessage(in)), in)
		assert.Equal(t, want, out.String(), in)
	}
	for _, broken := range []string{"", "[]", "1", `{"a"`, `{"a":{]}`} {
		assert.Error(t, outline(io.Discard, "", json.RawMessage(broken)), broken)
	}
}

func TestServerSentEventsAreRead(t *testing.T) {
	var got []string
	err := events(strings.NewReader(": hello\n\nid: 1\nevent: request\ndata: {}\n\nevent: dropped\ndata:a\ndata: b\n\nid: 2\n\ndata: cut off\n"), func(e event) error {
		got = append(got, e.id+"|"+e.name+"|"+string(e.data))
		return nil
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"1|request|{}", "|dropped|a\nb"}, got)
	wrong := errors.New("wrong")
	assert.ErrorIs(t, events(strings.NewReader("data: 1\n\ndata: 2\n\n"), func(event) error { return wrong }), wrong)
}

func TestWhatWasLeftOutOfAStreamIsSaid(t *testing.T) {
	code, stdout, stderr := askedOf(t, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/stream") {
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, "event: dropped\ndata: {\"dropped\":7}\n\n")
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"items":[],"dropped":0}`)
	}, "requests", "--follow")
	assert.Equal(t, exitError, code)
	assert.Empty(t, stdout)
	assert.Contains(t, stderr, "7 requests are left out")
}

func TestTheHelpNamesAllCommandsThatAskARunningMock(t *testing.T) {
	code, stdout, _ := command(t.Context(), "--help")
	assert.Equal(t, exitOK, code)
	_, asking, found := strings.Cut(stdout, "Asking a running mock:")
	require.True(t, found)
	asking, _, _ = strings.Cut(asking, "\n\n")
	for _, name := range []string{"reset", "clock", "accounts", "wallet", "requests", "explain", "verify", "state", "snapshots", "coverage"} {
		assert.Contains(t, asking, "\n  "+name+" ")
		code, help, _ := command(t.Context(), name, "--help")
		assert.Equal(t, exitOK, code)
		for _, flag := range []string{"--url", "--admin-token", "--json"} {
			assert.Contains(t, help, flag, name)
		}
	}
}
