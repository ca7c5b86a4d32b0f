package client

import (
	"testing"

	"oauthmock/spec/readertest"
)

// FuzzHAR reads recordings of any program as evidence.
func FuzzHAR(f *testing.F) {
	f.Add([]byte(`{"log":{"entries":[{"startedDateTime":"2026-02-12T08:30:00.000Z","time":1,"request":{"method":"GET","url":"http://a/wallet","headers":[]},"response":{"status":200,"headers":[],"content":{"text":"e30=","encoding":"base64"}}}]}}`))
	f.Add([]byte("\xef\xbb\xbf{}"))
	readertest.Seed[[]byte](f)
	f.Fuzz(func(_ *testing.T, text []byte) {
		defer readertest.Within(len(text))()
		_, _ = ReadHAR(text)
		_, _, _ = readJournal(text)
	})
}
