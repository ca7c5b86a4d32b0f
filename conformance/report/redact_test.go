package report_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/report"
)

const key = "0123456789abcdef0123456789abcdef"

func TestRedactorReplacesEveryFormOfASecret(t *testing.T) {
	awkward := `p/+ä"<&'\ %=?x` + "\n~"
	quoted, err := json.Marshal(awkward)
	require.NoError(t, err)
	again, err := json.Marshal(string(quoted[1 : len(quoted)-1]))
	require.NoError(t, err)
	var backwards, percent strings.Builder
	for i := range len(key) {
		backwards.WriteByte(key[len(key)-1-i])
		fmt.Fprintf(&percent, "%%%02x", key[i])
	}
	for name, text := range map[string]string{
		"as it is":                       key,
		"in the middle of a word":        "x" + key + "y",
		"in upper case":                  strings.ToUpper(key),
		"base64 alone":                   base64.StdEncoding.EncodeToString([]byte(key)),
		"base64 after one byte":          base64.StdEncoding.EncodeToString([]byte("a" + key)),
		"base64 after two bytes":         base64.StdEncoding.EncodeToString([]byte("a:" + key)),
		"base64 of Basic credentials":    base64.StdEncoding.EncodeToString([]byte("dev@example.com:" + key)),
		"base64 before and after others": base64.RawURLEncoding.EncodeToString([]byte("ab" + key + "cd")),
		"hexadecimal":                    hex.EncodeToString([]byte(key)),
		"upper-case hexadecimal":         strings.ToUpper(hex.EncodeToString([]byte(key))),
		"JSON escapes of every letter":   `\u0030\u0031\u0032\u0033\u0034\u0035\u0036\u0037\u0038\u0039\u0061\u0062\u0063\u0064\u0065\u0066` + `\u0030\u0031\u0032\u0033\u0034\u0035\u0036\u0037\u0038\u0039\u0061\u0062\u0063\u0064\u0065\u0066`,
		"reversed":                       backwards.String(),
		"percent escapes, escaped again": strings.ReplaceAll(percent.String(), "%", "%25"),
		"JSON escapes, escaped again":    strings.ReplaceAll(percent.String(), "%", `\\u00`),
		"awkward, as a query in a query": url.QueryEscape(url.QueryEscape(awkward)),
		"awkward, in JSON within JSON":   string(again),
		"awkward, as it is":              awkward,
		"awkward, as a query":            url.QueryEscape(awkward),
		"awkward, as a path":             url.PathEscape(awkward),
		"awkward, in JSON":               string(quoted),
		"awkward, quoted by Go":          fmt.Sprintf("%q", awkward),
		"awkward, in base64 and a query": url.QueryEscape(base64.StdEncoding.EncodeToString([]byte(awkward))),
		"awkward, in base64 of PHP JSON": strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(awkward)), "/", `\/`),
	} {
		t.Run(name, func(t *testing.T) {
			redactor := report.NewRedactor()
			require.True(t, redactor.Add("KEY", key))
			require.True(t, redactor.Add("${AWKWARD}", awkward))
			before := "before <" + text + "> after"

			got := redactor.Text(before)

			assert.True(t, strings.Contains(got, "${KEY}") || strings.Contains(got, "${AWKWARD}"), got)
			// What is left of an encoding at its ends is at most the few characters that mix with
			// the neighbours.
			left := strings.TrimSuffix(strings.TrimPrefix(got, "before <"), "> after")
			left = strings.NewReplacer("${KEY}", "", "${AWKWARD}", "").Replace(left)
			limit := 6
			if name == "base64 of Basic credentials" {
				limit = len(base64.StdEncoding.EncodeToString([]byte("dev@example.com:"))) + 4
			}
			if name == "base64 before and after others" {
				limit = 8
			}
			assert.LessOrEqual(t, len(left), limit, "left over: %q", left)
			assert.Equal(t, got, redactor.Text(got), "redacting twice changes nothing")
		})
	}
}

func TestRedactorFindsWhatItWouldReplace(t *testing.T) {
	whole := report.NewRedactor()
	part := whole.Child()
	whole.Add("KEY", key)
	part.Add("TOKEN_1", "698d8f88e5dd48f8c14f70c4")

	for text, found := range map[string]bool{
		"":                                false,
		"5":                               false,
		"698d8f88e5dd48f8c14f70c":         false,
		"a 698d8f88e5dd48f8c14f70c4":      true,
		"${TOKEN_1} ${KEY}":               false,
		"${TOKEN_1} " + key:               true,
		strings.ToUpper("x" + key):        true,
		hex.EncodeToString([]byte(key)):   true,
		"698d8f88e5dd48f8c14f70c5 698d8f": false,
	} {
		assert.Equal(t, found, part.Finds(text), text)
		assert.Equal(t, found, part.Text(text) != text, text)
	}
}

func TestRedactorTellsSecretsApartThatBeginAlike(t *testing.T) {
	redactor := report.NewRedactor()
	var text, want []string
	for i := range 300 {
		// As tokens of the same second do, and with some that are longer.
		secret := fmt.Sprintf("698d8f88%016x", i) + strings.Repeat("0", i%3)
		require.True(t, redactor.Add(fmt.Sprintf("TOKEN_%d", i), secret))
		text, want = append(text, secret, fmt.Sprintf("698d8f88%016x", i+1000)), append(want, fmt.Sprintf("${TOKEN_%d}", i), fmt.Sprintf("698d8f88%016x", i+1000))
	}

	assert.Equal(t, strings.Join(want, " "), redactor.Text(strings.Join(text, " ")))
}

func TestRedactorKeepsNamesOfSecretsThatItKnewBefore(t *testing.T) {
	whole := report.NewRedactor()
	whole.Add("ANOTHER_TOKEN", "first-secret")
	part := whole.Child()
	part.Add("TOKEN_1", "first-secret")
	part.Add("TOKEN_2", "TOKEN_1")

	assert.Equal(t, "${TOKEN_1} ${TOKEN_2}", part.Text("first-secret TOKEN_1"))
	assert.Equal(t, "${ANOTHER_TOKEN} ${TOKEN_1}", whole.Text("first-secret ${TOKEN_1}"), "the name of a part stays, though the whole has another")
}

func TestRedactorLeavesOtherTextsAlone(t *testing.T) {
	redactor := report.NewRedactor()
	require.True(t, redactor.Add("KEY", key))

	for _, text := range []string{"", "a", "short", "0123456789abcdef0123456789abcde", "${KEY}", "${OTHER} and $ and ${", strings.Repeat("0123456789abcde", 9)} {
		assert.Equal(t, text, redactor.Text(text))
	}
}

func TestRedactorRefusesSecretsThatWouldShredTexts(t *testing.T) {
	redactor := report.NewRedactor()

	assert.False(t, redactor.Add("EMPTY", ""))
	assert.False(t, redactor.Add("FIVE", "12345"))
	assert.True(t, redactor.Add("SIX", "123456"))
	assert.Equal(t, "12345 ${SIX}7", redactor.Text("12345 1234567"))
}

func TestRedactorPrefersTheLongestAndCoversOverlaps(t *testing.T) {
	redactor := report.NewRedactor()
	redactor.Add("SHORT", "abcdefgh")
	redactor.Add("LONG", "abcdefghijklmnop")
	redactor.Add("TAIL", "mnopqrstuv")
	redactor.Add("AGAIN", "abcdefgh")

	assert.Equal(t, "<${SHORT}>", redactor.Text("<abcdefgh>"), "the first name of a secret stays")
	assert.Equal(t, "<${LONG}>", redactor.Text("<abcdefghijklmnop>"))
	assert.Equal(t, "<${LONG}>", redactor.Text("<abcdefghijklmnopqrstuv>"), "nothing of the overlapping secret is left")
}

func TestRedactorDoesNotReplaceInsideItsOwnNames(t *testing.T) {
	redactor := report.NewRedactor()
	redactor.Add("TOKEN_1", "TOKEN_1")
	redactor.Add("TOKEN_2", "something else")

	assert.Equal(t, "${TOKEN_1} ${TOKEN_2}", redactor.Text(redactor.Text("TOKEN_1 something else")))
}

func TestRedactorReportReachesEveryText(t *testing.T) {
	redactor := report.NewRedactor()
	redactor.Add("KEY", key)
	redactor.Add("WORD", "token.create")
	r := report.Report{
		Target: "http://x/" + key, TokenShape: key, Level: key, Version: key,
		Results: []report.Result{{
			ID: "v2/token.create", Title: key, Reason: "got token.create", Verdict: report.Fail, File: key, Tags: []string{key},
			Assertions: []report.Assertion{{ID: key, Requirement: "token.create works", Source: key, Expected: key, Actual: key, Verdict: report.Fail, Level: key}},
			Steps: []report.Step{{
				Name: key, Operation: "token.create", Method: key, URL: key, Curl: key, RequestBody: key, ResponseBody: key, Failure: key,
				ResponseHeaders: map[string]string{key: key},
			}},
		}},
		Coverage: report.Coverage{Operations: report.Covered{Missing: []string{"token.create", key}}},
	}

	redactor.Report(&r)

	text, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(text), key)
	assert.Equal(t, "v2/token.create", r.Results[0].ID, "a target that hands out a word as a token renames nothing")
	assert.Equal(t, "token.create works", r.Results[0].Assertions[0].Requirement)
	assert.Equal(t, "got ${WORD}", r.Results[0].Reason)
	assert.Equal(t, map[string]string{"${KEY}": "${KEY}"}, r.Results[0].Steps[0].ResponseHeaders)
	assert.Equal(t, []string{"token.create", "${KEY}"}, r.Coverage.Operations.Missing)
	assert.Equal(t, report.Fail, r.Results[0].Verdict)
}

func TestWhatOnePartOfARunLearnsIsHiddenInTheOthers(t *testing.T) {
	whole := report.NewRedactor()
	first, second := whole.Child(), whole.Child()
	first.Add("TOKEN_1", "first-secret")
	second.Add("TOKEN_1", "second-secret")

	assert.Equal(t, "${TOKEN_1} ${ANOTHER_TOKEN_1}", first.Text("first-secret second-secret"))
	assert.Equal(t, "${ANOTHER_TOKEN_1} ${TOKEN_1}", second.Text("first-secret second-secret"))
	assert.Equal(t, "${ANOTHER_TOKEN_1} ${ANOTHER_TOKEN_1} ${TOKEN_1}", whole.Text("first-secret second-secret ${TOKEN_1}"))
}

func TestRedactorMayBeUsedByManyAtOnce(t *testing.T) {
	redactor := report.NewRedactor().Child()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 50 {
				secret := fmt.Sprintf("%012d-%012d", i, j)
				redactor.Add(fmt.Sprintf("S_%d_%d", i, j), secret)
				assert.Equal(t, fmt.Sprintf("${S_%d_%d}", i, j), redactor.Text(secret))
			}
		})
	}
	all.Wait()
}

func BenchmarkRedactorAdd(b *testing.B) {
	b.ReportAllocs()
	secrets := make([]string, 500)
	for i := range secrets {
		secrets[i] = fmt.Sprintf("698d8f88%016x", i*7919+1_000_000_007)
	}
	for b.Loop() {
		redactor := report.NewRedactor()
		for _, secret := range secrets {
			redactor.Add("TOKEN", secret)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(secrets)), "ns/secret")
}

func BenchmarkRedactorText(b *testing.B) {
	redactor := report.NewRedactor()
	for i := range 500 {
		redactor.Add(fmt.Sprintf("TOKEN_%d", i), fmt.Sprintf("%024x", i*7919+1_000_000_007))
	}
	text := strings.Repeat(`{"data":[{"id":"6622a1e2c5b3d4f5a6978801","name":"x"}]}`, 80)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		redactor.Text(text)
	}
}
