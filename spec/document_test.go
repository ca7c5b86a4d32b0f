package spec

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the provider published is never edited. (The v1 document is this project's own.)
func TestThePublishedDocumentIsUnchanged(t *testing.T) {
	data, err := V2().Bytes()
	require.NoError(t, err)
	sum := sha256.Sum256(data)
	assert.Equal(t, "299e785d3e6d931640789acd7dee3c0bc6b7ca2447f524f3101d5a68ee4acd43", hex.EncodeToString(sum[:]))
}

func TestTheBytesOfADocumentAreACopy(t *testing.T) {
	for _, d := range All() {
		data, err := d.Bytes()
		require.NoError(t, err)
		data[0] = 'X'
		again, err := d.Bytes()
		require.NoError(t, err)
		assert.Equal(t, byte('{'), again[0], d.Name())
	}
	assert.Same(t, V2(), All()[0])
	assert.Same(t, V1(), All()[1])
}

func TestEveryFolderIsASurface(t *testing.T) {
	entries, err := folders.ReadDir(".")
	require.NoError(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	assert.ElementsMatch(t, surfaces(), names)
}

func TestTheOperationsStandInTheDocumentsOrder(t *testing.T) {
	operations, err := V2().Operations()
	require.NoError(t, err)
	var got []string
	for _, o := range operations {
		assert.Equal(t, "v2", o.Surface)
		got = append(got, o.Name+" "+o.Method+" "+o.Path)
	}
	assert.Equal(t, []string{
		"token.create POST /tokens",
		"token.list GET /tokens",
		"scope.list GET /scopes",
		"token.get GET /tokens/{token}",
		"token.update PATCH /tokens/{token}",
		"token.delete DELETE /tokens/{token}",
		"error.list GET /errors",
		"wallet.get GET /wallet",
		"callback.list GET /callbacks",
		"stats.total GET /stats",
		"stats.ips GET /stats/ips",
		"stats.apis GET /stats/apis",
		"stats.api GET /stats/apis/{domain}",
		"subscription.list GET /subscriptions",
		"scope.get GET /scopes/{id}",
		"callback.get GET /callbacks/{id}",
		"wallet.transactions GET /wallet/transactions",
		"subscription.get GET /subscriptions/{id}",
	}, got)
}

func TestAnOperationKnowsItsParametersAndCredentials(t *testing.T) {
	operations, err := V2().Operations()
	require.NoError(t, err)
	tests := []struct {
		operation  string
		auth       []string
		parameters []Parameter
	}{
		{"token.create", []string{"basic"}, nil},
		{"token.update", []string{"basic", "refresh"}, []Parameter{{"token", "path"}}},
		{"token.list", []string{"basic"}, []Parameter{{"limit", "query"}, {"skip", "query"}, {"id", "query"}}},
		{"subscription.list", []string{"basic"}, []Parameter{{"id", "query"}, {"scopes", "query"}, {"skip", "query"}, {"limit", "query"}}},
		{"stats.api", []string{"basic"}, []Parameter{{"domain", "path"}, {"date", "query"}}},
	}
	for _, test := range tests {
		t.Run(test.operation, func(t *testing.T) {
			i := slices.IndexFunc(operations, func(o Operation) bool { return o.Name == test.operation })
			require.GreaterOrEqual(t, i, 0)
			assert.Equal(t, test.auth, operations[i].Auth)
			assert.Equal(t, test.parameters, operations[i].Parameters)
		})
	}
}

func TestTheTriplesAreThe27OfTheDocument(t *testing.T) {
	triples, err := V2().Triples()
	require.NoError(t, err)
	var got []string
	codes := map[Code]bool{}
	for _, triple := range triples {
		got = append(got, triple.String())
		codes[triple.Code] = true
	}
	assert.Equal(t, []string{
		"POST /tokens 422 70", "POST /tokens 422 80", "POST /tokens 422 90",
		"GET /tokens 404 120", "GET /tokens 422 60",
		"GET /tokens/{token} 404 120", "GET /tokens/{token} 422 60",
		"PATCH /tokens/{token} 400 150", "PATCH /tokens/{token} 401 130", "PATCH /tokens/{token} 401 140",
		"PATCH /tokens/{token} 404 160", "PATCH /tokens/{token} 422 100", "PATCH /tokens/{token} 422 110",
		"DELETE /tokens/{token} 400 170", "DELETE /tokens/{token} 404 180",
		"GET /errors 400 190",
		"GET /callbacks 400 210", "GET /callbacks 404 200",
		"GET /stats 422 240", "GET /stats/ips 422 240", "GET /stats/apis 422 240", "GET /stats/apis/{domain} 422 240",
		"GET /subscriptions 400 230", "GET /subscriptions 404 220",
		"GET /scopes/{id} 404 10", "GET /callbacks/{id} 404 200", "GET /subscriptions/{id} 404 220",
	}, got)
	assert.Len(t, codes, 20)
	assert.Equal(t, "Unauthorized", triples[8].Message)
	assert.Equal(t, "PATCH /tokens/{token} 401 unauthorized_refresh", triples[8].Source())
	assert.Equal(t, "GET /errors 400", triples[15].Source())
}
