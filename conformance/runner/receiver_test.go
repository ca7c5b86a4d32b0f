package runner

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/scenarios"
)

// post sends a body to a mailbox and returns the status; 0 means no answer.
func post(t *testing.T, url, body string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("X-Mine", "a")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func TestTheReceiverAnswersAsItIsToldAndKeepsWhatCame(t *testing.T) {
	r, err := newReceiver(Target{})
	require.NoError(t, err)
	t.Cleanup(r.close)
	box, err := r.open(t.Context(), []string{"500", scenarios.Closed})
	require.NoError(t, err)
	other, err := r.open(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, 500, post(t, box.url, `{"n":1}`))
	assert.Equal(t, 0, post(t, box.url, "a"))
	assert.Equal(t, 200, post(t, box.url+"?q", "b"))
	assert.Equal(t, 404, post(t, strings.TrimSuffix(box.url, box.url[len(box.url)-4:]), ""), "nobody guesses an address")
	got := box.next(t.Context(), 3, time.Minute)
	require.Len(t, got, 3)
	value := got[0].value("secret")
	assert.Equal(t, "a", value["headers"].(map[string]any)["x-mine"])
	assert.Equal(t, false, value["signed"])
	assert.Contains(t, value, "body")
	assert.NotContains(t, got[1].value(""), "signed", "without a secret nobody knows")
	assert.Empty(t, box.next(t.Context(), 0, time.Minute), "it was handed over")
	assert.Empty(t, other.next(t.Context(), 0, time.Minute), "each scenario has its own")
	r.forget(box)
	assert.Equal(t, 404, post(t, box.url, ""))
}

func TestTheReceiverIsSeenUnderAnotherAddress(t *testing.T) {
	for text, off := range map[string]string{
		"http://host.docker.internal": "names no port",
		"ftp://h:1":                   "is not a URL",
		"http://a@h:1":                "must not hold a user",
	} {
		_, err := newReceiver(Target{CallbackURL: text})
		assert.ErrorContains(t, err, off, text)
	}
	free := httptest.NewServer(http.NotFoundHandler())
	_, port, _ := strings.Cut(strings.TrimPrefix(free.URL, "http://"), ":")
	free.Close()
	r, err := newReceiver(Target{CallbackURL: "http://localhost:" + port + "/through/"})
	require.NoError(t, err)
	t.Cleanup(r.close)
	box, err := r.open(t.Context(), nil)
	require.NoError(t, err)
	assert.True(t, strings.HasPrefix(box.url, "http://localhost:"+port+"/through/"), box.url)
	assert.Equal(t, 200, post(t, box.url, ""))
	assert.Len(t, box.next(t.Context(), 1, time.Minute), 1)
}

func TestWhoCannotReachTheReceiverSkipsTheScenario(t *testing.T) {
	receiving := &scenarios.Scenario{Given: scenarios.Given{Receiver: &scenarios.GivenReceiver{}}}
	hanging := &scenarios.Scenario{Given: scenarios.Given{Receiver: &scenarios.GivenReceiver{Answers: []string{scenarios.NoAnswer}}}}
	for name, c := range map[string]struct {
		target   Target
		scenario *scenarios.Scenario
		want     string
	}{
		"nothing is received":          {Target{BaseURL: "https://api.example.com"}, &scenarios.Scenario{}, ""},
		"this machine":                 {Target{BaseURL: "http://127.0.0.1:1"}, receiving, ""},
		"a target elsewhere":           {Target{BaseURL: "https://api.example.com"}, receiving, "--callback-url"},
		"a target elsewhere, told":     {Target{BaseURL: "https://api.example.com", CallbackURL: "http://h:1"}, receiving, ""},
		"a target that waits long":     {Target{BaseURL: "http://127.0.0.1:1"}, hanging, "--callback-timeout"},
		"a target that does not":       {Target{BaseURL: "http://127.0.0.1:1", CallbackTimeout: time.Second}, hanging, ""},
		"a server inside this process": {Target{BaseURL: "http://api.example.com", InProcess: true}, receiving, ""},
	} {
		t.Run(name, func(t *testing.T) {
			base, err := parseBase("base URL", c.target.BaseURL)
			require.NoError(t, err)
			got := (&Runner{target: c.target, base: base}).unreceived(c.scenario)
			if c.want == "" {
				assert.Empty(t, got)
				return
			}
			assert.Contains(t, got, c.want)
		})
	}
}
