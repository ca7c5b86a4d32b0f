package certificate_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/conformance/certificate"
	"oauthmock/conformance/report"
	"oauthmock/scenarios"
)

// judged is a report in which everything that a set requires passed.
func judged(t *testing.T) (report.Report, []*scenarios.RequirementSet) {
	t.Helper()
	set, err := scenarios.Requirements("v2-2.1.0")
	require.NoError(t, err)
	r := report.Report{Target: "http://127.0.0.1:1", Seed: 7}
	for id := range set.Requirements {
		r.Results = append(r.Results, report.Result{ID: id, Verdict: report.Pass})
	}
	return r, []*scenarios.RequirementSet{set}
}

func of(t *testing.T, r report.Report, sets []*scenarios.RequirementSet) certificate.Certificate {
	t.Helper()
	c, err := certificate.Of("report.json", []byte("the text"), r, sets, "v1")
	require.NoError(t, err)
	statement, err := c.Statement()
	require.NoError(t, err)
	read, err := certificate.Read(statement)
	require.NoError(t, err)
	assert.Equal(t, c.Result, read.Result)
	assert.Empty(t, read.Consistent())
	return read
}

func TestNothingPassesWhereAnythingRequiredDidNot(t *testing.T) {
	r, sets := judged(t)
	assert.Equal(t, certificate.Passed, of(t, r, sets).Result)
	for _, verdict := range []report.Verdict{report.Fail, report.Skip, report.Inconclusive, report.Error, report.XFail, report.XPass} {
		r.Results[0].Verdict = verdict
		c := of(t, r, sets)
		assert.Equal(t, certificate.Failed, c.Result, verdict)
		assert.Equal(t, []string{r.Results[0].ID}, c.Missed, verdict)
	}
	r.Results = r.Results[1:]
	assert.Equal(t, certificate.Failed, of(t, r, sets).Result, "what was not run was not met")
}

func TestWhatNoSetNamesDoesNotCount(t *testing.T) {
	r, sets := judged(t)
	r.Results = append(r.Results, report.Result{ID: "v2/added/later", Verdict: report.Fail})
	assert.Equal(t, certificate.Passed, of(t, r, sets).Result)
}

func TestARunThatWasFilteredOrStoppedProvesNothing(t *testing.T) {
	r, sets := judged(t)
	r.Stopped = "the target does not answer"
	assert.Equal(t, certificate.Failed, of(t, r, sets).Result)
	r.Filtered = []string{"--id"}
	_, err := certificate.Of("r", nil, r, sets, "v1")
	assert.ErrorIs(t, err, certificate.ErrPartial)
}

func TestTheConditionsAreTold(t *testing.T) {
	r, sets := judged(t)
	r.Connection = &report.Connection{Insecure: true, Proxy: "http://proxy.example"}
	c := of(t, r, sets)
	assert.Equal(t, "NOT VERIFIED (--insecure)", c.Condition("TLS"))
	assert.Equal(t, "http://proxy.example", c.Condition("proxy"))
	assert.Equal(t, "7", c.Condition("seed"))
	chosen, err := certificate.Sets(r, nil)
	require.NoError(t, err)
	require.Len(t, chosen, 1)
	assert.Equal(t, "v2-2.1.0", chosen[0].Name, "of the surfaces that were judged")
	r.About = []report.Fact{{Name: certificate.RequirementsFact, Text: "v2-2.1.0, v1-1.0.0"}}
	chosen, err = certificate.Sets(r, nil)
	require.NoError(t, err)
	assert.Len(t, chosen, 2, "those that counted in the run")
}

func TestAForgedStatementIsFoundOut(t *testing.T) {
	r, sets := judged(t)
	r.Results[0].Verdict = report.Fail
	c, err := certificate.Of("report.json", []byte("the text"), r, sets, "v1")
	require.NoError(t, err)
	for name, forge := range map[string]func(*certificate.Certificate){
		"another result":          func(c *certificate.Certificate) { c.Result = certificate.Passed },
		"another word":            func(c *certificate.Certificate) { c.Result = "GOOD" },
		"a requirement left out":  func(c *certificate.Certificate) { c.Missed, c.Result = nil, certificate.Passed },
		"another set":             func(c *certificate.Certificate) { c.Sets[0].Digest = strings.Repeat("0", 64) },
		"a set that nobody knows": func(c *certificate.Certificate) { c.Sets[0].Name = "v9-1.0.0" },
		"other numbers":           func(c *certificate.Certificate) { c.Sets[0].Passed++ },
		"no set":                  func(c *certificate.Certificate) { c.Sets = nil },
	} {
		t.Run(name, func(t *testing.T) {
			forged := c
			forged.Sets = append([]certificate.Counted{}, c.Sets...)
			forge(&forged)
			assert.NotEmpty(t, forged.Consistent())
		})
	}
}

func TestASignatureIsOfOneKeyAndOnePayload(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	other, _, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	statement := []byte(`{"a":1}`)
	sealed, err := certificate.Sign(t.Context(), statement, private)
	require.NoError(t, err)
	opened, signed, err := certificate.Open(t.Context(), sealed, public)
	require.NoError(t, err)
	assert.True(t, signed)
	assert.Equal(t, statement, opened)
	for name, text := range map[string][]byte{
		"another payload": []byte(strings.Replace(string(sealed), "eyJhIjoxfQ", "eyJhIjoyfQ", 1)),
		"cut off":         sealed[:len(sealed)-20],
		"another type":    []byte(strings.Replace(string(sealed), "in-toto", "in-total", 1)),
		"no base64":       []byte(strings.Replace(string(sealed), "eyJhIjoxfQ", "!", 1)),
	} {
		_, _, err := certificate.Open(t.Context(), text, public)
		assert.Error(t, err, name)
	}
	_, _, err = certificate.Open(t.Context(), sealed, other)
	assert.ErrorContains(t, err, "not signed by this key")
	_, signed, err = certificate.Open(t.Context(), statement, nil)
	require.NoError(t, err)
	assert.False(t, signed)
}

func TestKeysAreReadFromPEM(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	encode := func(kind string, der []byte, err error) []byte {
		require.NoError(t, err)
		return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	secret := encode("PRIVATE KEY", der, err)
	der, err = x509.MarshalPKIXPublicKey(public)
	open := encode("PUBLIC KEY", der, err)
	read, err := certificate.PrivateKey(secret)
	require.NoError(t, err)
	assert.Equal(t, private, read)
	known, err := certificate.PublicKey(open)
	require.NoError(t, err)
	assert.Equal(t, public, known)
	for _, wrong := range [][]byte{nil, []byte("x"), open} {
		_, err := certificate.PrivateKey(wrong)
		assert.Error(t, err)
	}
	_, err = certificate.PublicKey(secret)
	assert.Error(t, err)
}

func TestWhatIsNoStatementIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", `{"_type":"https://in-toto.io/Statement/v1","subject":[],"predicateType":"x","predicate":{}}`} {
		_, err := certificate.Read([]byte(text))
		assert.Error(t, err, text)
	}
}

func TestPageAndBadgeShowIt(t *testing.T) {
	r, sets := judged(t)
	r.Target = "<script>"
	c := of(t, r, sets)
	var page, badge strings.Builder
	require.NoError(t, certificate.Page(c).Render(t.Context(), &page))
	require.NoError(t, certificate.Badge(c).Render(t.Context(), &badge))
	assert.NotContains(t, page.String(), "<script>")
	assert.Contains(t, page.String(), fmt.Sprintf("%d of %d", len(c.Passed), len(c.Passed)))
	assert.Contains(t, badge.String(), fmt.Sprintf("passed %d/%d", len(c.Passed), len(c.Passed)))
}
