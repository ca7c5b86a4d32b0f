package conformance_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance"
)

const rawBytes = `  - id: v2/written/bytes
    title: bytes
    level: SHOULD
    requirement: none
    source: none
    steps:
      - name: bytes
        matrix: {bytes: ["\xff\0", "\xc3\xa9"]}
        call: token.create
        headers: {X-Twice: [one, two words], Authorization: [a, b]}
        rawBody: '{"it''s":"\\${bytes}"}'
        charset: iso-8859-1
        expect: {status: 400, code: 400, message: Malformed JSON body}
`

// A body is sent byte for byte, a header as often as it is written, and the command line that is
// shown for a request repeats it.
func TestBytesAndRepeatedHeadersAreSentAsWritten(t *testing.T) {
	type request struct {
		twice, credentials []string
		body               string
	}
	var mu sync.Mutex
	var got []request
	taken := func() []request {
		mu.Lock()
		defer mu.Unlock()
		all := got
		got = nil
		return all
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if assert.NoError(t, err) && r.Method == http.MethodPost {
			mu.Lock()
			got = append(got, request{r.Header["X-Twice"], r.Header["Authorization"], string(body)})
			mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"success":false,"message":"Malformed JSON body","error":400,"data":null}`)
	}))
	t.Cleanup(server.Close)
	out := run(t, target(server.URL, false), conformance.Options{Scenarios: written(t, rawBytes)})
	require.Len(t, out.Results, 1)

	both, credentials := []string{"one", "two words"}, []string{"a", "b"}
	sent := []request{{both, credentials, "{\"it's\":\"\\\\\xff\x00\"}"}, {both, credentials, "{\"it's\":\"\\\\é\"}"}}
	require.Equal(t, sent, taken(), "%v", verdicts(out))

	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("the command lines are not tried: there is no bash")
	}
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the command lines are not tried: there is no curl")
	}
	for _, step := range out.Results[0].Steps {
		if strings.Contains(step.Curl, "POST") {
			output, err := exec.CommandContext(t.Context(), bash, "-c", step.Curl).CombinedOutput()
			require.NoError(t, err, "%s\n%s", step.Curl, output)
		}
	}
	assert.Equal(t, sent, taken())
}
