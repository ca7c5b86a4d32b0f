package check_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"oauthmock/conformance/check"
	"oauthmock/scenarios"
	"oauthmock/spec/readertest"
)

// FuzzAnswer judges what any target may answer.
func FuzzAnswer(f *testing.F) {
	f.Add(200, "application/json", `{"data":{"credit":1,"createdAt":"2026-02-12T08:30:00+00:00"},"success":true,"message":"","error":null}`)
	f.Add(401, "application/json; charset=utf-8", `{"success":false,"message":"Unauthorized","error":140,"data":null}`)
	f.Add(200, "text/html", `<title>a</title><form action=x><input name=a value=b><button>`)
	f.Add(302, "text/html", "<p")
	f.Add(204, "", "")
	for _, shape := range readertest.Shapes() {
		f.Add(200, "application/json", shape)
		f.Add(422, "application/json", shape)
		f.Add(200, "text/html", shape)
	}
	judge, err := check.NewJudge()
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, status int, media, body string) {
		defer readertest.Within(len(media) + len(body))()
		for _, surface := range judge.Surfaces() {
			operations := surface.Operations()
			for i := range min(len(operations), 3) {
				e := check.NewExchange(surface, &operations[i], url.Values{}, status, http.Header{"Content-Type": {media}}, []byte(body))
				for _, finding := range surface.Standing(e, scenarios.Must, func(string) bool { return false }) {
					require.NotEmpty(t, finding.Kind)
					require.NotEmpty(t, finding.Requirement, finding.Kind)
				}
			}
		}
	})
}
