package spec

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheV1DocumentHasTheOperationsOfTheReferencePage(t *testing.T) {
	operations, err := V1().Operations()
	require.NoError(t, err)
	var got []string
	for _, o := range operations {
		assert.Equal(t, "v1", o.Surface)
		assert.Equal(t, []string{"basic"}, o.Auth, o.Name)
		refusesWithoutToken := o.Method == http.MethodPut || o.Method == http.MethodPatch || o.Method == http.MethodDelete
		assert.Equal(t, refusesWithoutToken, o.MissingID, o.Name)
		got = append(got, o.Name+" "+o.Method+" "+o.Path)
	}
	assert.Equal(t, []string{
		"v1.token.create POST /token",
		"v1.token.list GET /token",
		"v1.token.get GET /token/{token}",
		"v1.token.replace PUT /token/{token}",
		"v1.token.update PATCH /token/{token}",
		"v1.token.delete DELETE /token/{token}",
		"v1.scope.list GET /scopes",
		"v1.credit.get GET /credit",
		"v1.counters.total GET /counters/total",
		"v1.counters.day GET /counters/day/{day}",
		"v1.counters.month GET /counters/month/{month}",
		"v1.counters.year GET /counters/year/{year}",
	}, got)
}

func TestTheTriplesOfV1AreThoseOfTheProvidersDocument(t *testing.T) {
	triples, err := V1().Triples()
	require.NoError(t, err)
	var got []string
	for _, triple := range triples {
		got = append(got, triple.String())
	}
	assert.Equal(t, []string{
		"v1 POST /token 406 110",
		"v1 GET /token/{token} 402 125",
		"v1 PUT /token/{token} 403 160", "v1 PUT /token/{token} 404 170", "v1 PUT /token/{token} 406 270",
		"v1 PATCH /token/{token} 403 280", "v1 PATCH /token/{token} 404 290", "v1 PATCH /token/{token} 406 310",
		"v1 DELETE /token/{token} 403 140", "v1 DELETE /token/{token} 404 150",
		"v1 GET /credit 404 320",
		"v1 GET /counters/day/{day} 404 610", "v1 GET /counters/month/{month} 404 610", "v1 GET /counters/year/{year} 404 610",
	}, got)
}
