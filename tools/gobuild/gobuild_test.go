package gobuild_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"oauthmock/tools/gobuild"
)

func TestTheCallersEnvironmentChangesNothing(t *testing.T) {
	got := gobuild.Environment([]string{"HOME=/home/me", "GOFLAGS=-race", "GOAMD64=v4", "CGO_ENABLED=1", "GOOS=plan9", "GOPROXY=off"}, "linux", "arm64")
	assert.Equal(t, []string{"HOME=/home/me", "GOPROXY=off", "GOOS=linux", "GOARCH=arm64", "GOFLAGS=", "GOWORK=off", "CGO_ENABLED=0"}, got)
}
