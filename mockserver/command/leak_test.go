package command

import (
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a goroutine is left after all tests: a program that stops in order has none.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
