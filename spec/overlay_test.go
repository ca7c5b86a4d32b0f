package spec

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"oauthmock/spec/readertest"
)

func published(t *testing.T, d *Document) any {
	t.Helper()
	tree, err := d.publishedTree()
	require.NoError(t, err)
	return tree
}

func TestEveryCorrectionAloneChangesTheDocument(t *testing.T) {
	for _, d := range All() {
		o, err := d.overlay()
		require.NoError(t, err)
		for _, c := range o.corrections {
			t.Run(d.Name()+" "+c.Title, func(t *testing.T) {
				corrected, err := o.apply(published(t, d), func(other Correction) bool { return other.Number == c.Number })
				require.NoError(t, err)
				assert.False(t, reflect.DeepEqual(published(t, d), corrected))
			})
		}
	}
}

func TestNoActionIsIdle(t *testing.T) {
	all := func(Correction) bool { return true }
	for _, d := range All() {
		o, err := d.overlay()
		require.NoError(t, err)
		whole, err := o.apply(published(t, d), all)
		require.NoError(t, err)
		for i, a := range o.actions {
			without := *o
			without.actions = slices.Delete(slices.Clone(o.actions), i, i+1)
			rest, err := without.apply(published(t, d), all)
			if err != nil {
				continue // another action needs it
			}
			assert.False(t, reflect.DeepEqual(whole, rest), "%s:%d: without %s the outcome is the same", o.file, a.line, a.target)
		}
	}
}

func TestApplyingCorrectionsLeavesTheOriginalAlone(t *testing.T) {
	o, err := V2().overlay()
	require.NoError(t, err)
	first, err := o.apply(published(t, V2()), func(Correction) bool { return true })
	require.NoError(t, err)
	second, err := o.apply(published(t, V2()), func(Correction) bool { return true })
	require.NoError(t, err)
	assert.Equal(t, first, second, "updates are copied into the document, not shared with it")
}

func TestOnlyRepairsMakeThePublishedDocumentUsable(t *testing.T) {
	corrections, err := V2().Corrections()
	require.NoError(t, err)
	var repairs []string
	for i, c := range corrections {
		assert.Equal(t, i+1, c.Number)
		assert.NotEmpty(t, c.Targets, c.Title)
		if c.Repair {
			repairs = append(repairs, c.Title)
		}
	}
	assert.Equal(t, []string{"stray name on the HTTP scheme", "any host", "custom data may be null"}, repairs)
}

func overlayText(corrections, actions string) string {
	return "overlay: 1.0.0\ninfo: {title: t, version: \"1\"}\nextends: openapi.json\nx-corrections:\n" + corrections + "\nactions:\n" + actions + "\n"
}

const (
	goodCorrection = `  - {number: 1, title: t, reason: r, grade: assumed}`
	goodAction     = `  - {x-number: 1, target: $.info, update: {title: x}}`
)

func TestAnOverlayIsReadStrictly(t *testing.T) {
	tests := []struct{ name, yaml, want string }{
		{"another format", strings.Replace(overlayText(goodCorrection, goodAction), "1.0.0", "2.0.0", 1), `o.yaml:1: overlay: must be one of 1.0.0, not "2.0.0"`},
		{"another document", strings.Replace(overlayText(goodCorrection, goodAction), "extends: openapi", "extends: v9.openapi", 1), `o.yaml:3: extends: must be one of openapi.json, not "v9.openapi.json"`},
		{"an unknown key", overlayText(goodCorrection, goodAction) + "x-more: 1\n", `o.yaml:8: unknown key "x-more": known here are actions, extends, info, overlay, x-corrections`},
		{"a number left out", overlayText(`  - {number: 2, title: t, reason: r, grade: assumed}`, goodAction), "the correction's number is 2; want 1"},
		{"no reason", overlayText(`  - {number: 1, title: t, grade: assumed}`, goodAction), `o.yaml:5: x-corrections[0].reason: must be a text that is not empty`},
		{"an unknown grade", overlayText(`  - {number: 1, title: t, reason: r, grade: sure}`, goodAction), `o.yaml:5: x-corrections[0].grade: must be one of documented, observed, assumed, not "sure"`},
		{"a correction without an action", overlayText(goodCorrection+"\n  - {number: 2, title: u, reason: r, grade: assumed}", goodAction), "correction 2 (u) has no action"},
		{"an action without a correction", overlayText(goodCorrection, `  - {x-number: 2, target: $.info, update: {title: x}}`), "x-number is 2; want one of the 1"},
		{"an action that does nothing", overlayText(goodCorrection, `  - {x-number: 1, target: $.info}`), "neither update nor remove"},
		{"an action that does both", overlayText(goodCorrection, `  - {x-number: 1, target: $.info, remove: true, update: {}}`), "both update and remove"},
		{"a target that is not a path", overlayText(goodCorrection, `  - {x-number: 1, target: "$[?(", remove: true}`), "is no JSONPath"},
		{"a key that is not text", overlayText(goodCorrection, `  - {x-number: 1, target: $.info, update: {[404]: x}}`), `o.yaml:7: actions[0].update: a key must be text, not a list`},
		{"a remove that is no truth", overlayText(goodCorrection, `  - {x-number: 1, target: $.info, remove: 1}`), `o.yaml:7: actions[0].remove: must be true or false, not "1"`},
	}
	for _, test := range tests {
		t.Run(test.name+" is refused", func(t *testing.T) {
			_, err := parseOverlay("o.yaml", []byte(test.yaml))
			assert.ErrorContains(t, err, test.want)
		})
	}
}

func TestApplyingAnAction(t *testing.T) {
	const document = `{"info":{"title":"a"},"list":[{"n":1},{"n":2,"k":0},{"n":3,"k":0}],"tags":["x"]}`
	tests := []struct{ name, action, want, err string }{
		{name: "an update merges into an object", action: `{x-number: 1, target: $.info, update: {title: b, deep: {k: 1}}}`,
			want: `{"info":{"title":"b","deep":{"k":1}},"list":[{"n":1},{"n":2,"k":0},{"n":3,"k":0}],"tags":["x"]}`},
		{name: "an update appends to a list", action: `{x-number: 1, target: $.tags, update: y}`,
			want: `{"info":{"title":"a"},"list":[{"n":1},{"n":2,"k":0},{"n":3,"k":0}],"tags":["x","y"]}`},
		{name: "an update reaches every target", action: `{x-number: 1, target: "$.list[?(@.k)]", update: {big: true}}`,
			want: `{"info":{"title":"a"},"list":[{"n":1},{"n":2,"k":0,"big":true},{"n":3,"k":0,"big":true}],"tags":["x"]}`},
		{name: "remove takes several entries of one list", action: `{x-number: 1, target: "$.list[0,1]", remove: true}`,
			want: `{"info":{"title":"a"},"list":[{"n":3,"k":0}],"tags":["x"]}`},
		{name: "remove takes a member", action: `{x-number: 1, target: $.info.title, remove: true}`,
			want: `{"info":{},"list":[{"n":1},{"n":2,"k":0},{"n":3,"k":0}],"tags":["x"]}`},
		{name: "a target that is not there is an error", action: `{x-number: 1, target: $.nothing, update: {a: 1}}`,
			err: "o.yaml:7: correction 1: target $.nothing finds nothing"},
		{name: "an update of the root adds members", action: `{x-number: 1, target: $, update: {x-more: {a: 1}}}`,
			want: `{"info":{"title":"a"},"list":[{"n":1},{"n":2,"k":0},{"n":3,"k":0}],"tags":["x"],"x-more":{"a":1}}`},
		{name: "an update that says nothing new is an error", action: `{x-number: 1, target: $.info, update: {title: a}}`,
			err: "the update changes nothing"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			o, err := parseOverlay("o.yaml", []byte(overlayText(goodCorrection, "  - "+test.action)))
			require.NoError(t, err)
			tree, err := DecodeJSON([]byte(document))
			require.NoError(t, err)
			tree, err = o.apply(tree, func(Correction) bool { return true })
			if test.err != "" {
				assert.ErrorContains(t, err, test.err)
				return
			}
			require.NoError(t, err)
			got, err := json.Marshal(tree)
			require.NoError(t, err)
			assert.JSONEq(t, test.want, string(got))
		})
	}
}

func FuzzOverlay(f *testing.F) {
	v2, err := V2().readOverlay()
	require.NoError(f, err)
	f.Add(v2)
	f.Add([]byte(overlayText(goodCorrection, goodAction)))
	readertest.Seed[[]byte](f)
	f.Fuzz(func(t *testing.T, data []byte) {
		defer readertest.Within(len(data))()
		o, err := parseOverlay("o.yaml", data)
		if err != nil {
			assert.Contains(t, err.Error(), "o.yaml")
			return
		}
		tree, err := DecodeJSON([]byte(`{"info":{"title":"a"},"list":[{"n":1}]}`))
		require.NoError(t, err)
		_, _ = o.apply(tree, func(Correction) bool { return true })
	})
}
