package main

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWrongUsageSaysWhatIsRight(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want string
	}{
		"an unknown row":      {[]string{"-only", "walet"}, `there is no row "walet"; there are wallet, create,`},
		"an argument":         {[]string{"wallet"}, `"wallet" is not a flag`},
		"no rounds":           {[]string{"-rounds", "0"}, "-rounds 0: must be at least 1"},
		"no time":             {[]string{"-slice", "0s"}, "-slice 0s: must be at least 1ms"},
		"an unknown filling":  {[]string{"-fill", "magic"}, `-fill "magic": is generated or post`},
		"a flag there is not": {[]string{"-fast"}, "flag provided but not defined: -fast"},
	} {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			assert.Equal(t, 2, run(t.Context(), tc.args, &stdout, &stderr))
			assert.Contains(t, stderr.String(), tc.want)
			assert.Empty(t, stdout.String())
		})
	}
}

func TestRowsAreChosen(t *testing.T) {
	for name, tc := range map[string]struct {
		args []string
		want []string
	}{
		"all but the long ones":   {nil, []string{"wallet", "create", "list", "start", "tokens", "page", "crowd", "paid", "legacy", "tls"}},
		"all":                     {[]string{"-long"}, []string{"wallet", "create", "list", "start", "tokens", "page", "crowd", "paid", "legacy", "tls", "late", "million"}},
		"some, as they are named": {[]string{"-only", "million, wallet"}, []string{"million", "wallet"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, chosen, err := parse(tc.args, io.Discard)
			require.NoError(t, err)
			var names []string
			for _, r := range chosen {
				names = append(names, r.name)
			}
			assert.Equal(t, tc.want, names)
		})
	}
}

func TestQuickIsNeverMoreThanWasAskedFor(t *testing.T) {
	s, _, err := parse([]string{"-quick", "-rounds", "3"}, io.Discard)
	require.NoError(t, err)
	assert.Equal(t, 3, s.rounds)
	assert.Equal(t, 5, s.starts)
}
