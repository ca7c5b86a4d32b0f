package mocktest_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/mockserver/journal"
	"oauthmock/mockserver/mocktest"
	"oauthmock/mockserver/verify"
)

func TestATestReceivesTheCallbacksOfItsAccount(t *testing.T) {
	mock := mocktest.Start(t)
	account, other := mock.NewAccount(t), mock.NewAccount(t)
	account.Clock().Freeze()
	receiver := account.ExpectCallback(t)
	receiver.Answer(500, 404)
	account.Callback("POST:sms.openapi.com/send", receiver.URL()+"/hook", map[string]any{"n": 1}, 2)

	first := receiver.Next()
	assert.Equal(t, "/hook", first.Path)
	assert.True(t, first.Signed)
	var data struct{ N int }
	first.Decode(t, &data)
	assert.Equal(t, 1, data.N)
	fired := account.Clock().Advance(time.Minute)
	require.NotEmpty(t, fired)
	assert.Equal(t, "callback.delivered", fired[len(fired)-1].What)
	assert.Equal(t, first.Body, receiver.Next().Body)
	assert.Equal(t, first.Body, receiver.Next().Body)
	account.Verify(t, verify.Expectation{Match: &verify.Match{Kind: journal.KindCallback, Path: "/hook"}, Exactly: new(3)})

	other.Callback("POST:sms.openapi.com/send", receiver.URL()+"/other", nil, 0)
	assert.False(t, receiver.Next().Signed, "it is signed with another account's secret")
}

func TestAMockIsNeverCalledBackItself(t *testing.T) {
	mock := mocktest.Start(t)
	account := mock.NewAccount(t)
	account.Callback("POST:sms.openapi.com/send", mock.URL()+"/__admin/reset", nil, 0)
	account.Clock().Advance(time.Second)
	var said []string
	for _, e := range account.Requests(journal.Filter{Kind: journal.KindCallback}) {
		said = append(said, e.Callback.Error)
	}
	assert.Contains(t, strings.Join(said, ""), "an address of the mock itself")
}
