package admin_test

import (
	"io"
	"log/slog"
	"testing"

	"go.uber.org/goleak"
)

// TestMain fails when a goroutine is left after all tests: a stream must end with its reader.
func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func textLog(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
