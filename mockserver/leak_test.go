package mockserver_test

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a goroutine is left after all tests: a server that is dropped must leave
// nothing behind.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
