package openapi_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	_ "image/gif"
	_ "image/jpeg"
	_ "image/png"
	"io"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mediaBody(t *testing.T, kind, schema string) []byte {
	a := answered(only(t, around("3.0.0", "responses: {200: {content: {"+kind+": {schema: "+schema+"}}}}")), 1)
	require.Equal(t, kind, a.ContentType)
	return a.Body
}

const binary = "{type: string, format: binary}"

func TestAPDFHasAPageAndATableThatLeadsToEachObject(t *testing.T) {
	body := mediaBody(t, "application/pdf", binary)
	assert.True(t, bytes.HasSuffix(body, []byte("%%EOF\n")))
	start := regexp.MustCompile(`startxref\n(\d+)\n`).FindSubmatch(body)
	require.NotNil(t, start)
	at, err := strconv.Atoi(string(start[1]))
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(body[at:], []byte("xref\n0 6\n0000000000 65535 f \n")))
	offsets := regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(body[at:], -1)
	require.Len(t, offsets, 5)
	for i, found := range offsets {
		offset, err := strconv.Atoi(string(found[1]))
		require.NoError(t, err)
		assert.True(t, bytes.HasPrefix(body[offset:], []byte(fmt.Sprintf("%d 0 obj\n", i+1))))
	}
	stream := regexp.MustCompile(`(?s)/Length (\d+) >>\nstream\n(.*)\nendstream`).FindSubmatch(body)
	require.NotNil(t, stream)
	assert.Equal(t, string(stream[1]), strconv.Itoa(len(stream[2])))
	assert.Contains(t, string(body), "/Count 1")
}

func TestPicturesAndArchivesAreReal(t *testing.T) {
	for kind, format := range map[string]string{"image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif"} {
		_, got, err := image.Decode(bytes.NewReader(mediaBody(t, kind, binary)))
		require.NoError(t, err, kind)
		assert.Equal(t, format, got)
	}
	body := mediaBody(t, "application/zip", binary)
	archive, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	require.NoError(t, err)
	require.Len(t, archive.File, 1)
	inside, err := archive.File[0].Open()
	require.NoError(t, err)
	text, err := io.ReadAll(inside)
	require.NoError(t, err)
	assert.NotEmpty(t, text)
}

func TestXMLIsAsTheSchemaNamesIt(t *testing.T) {
	body := mediaBody(t, "application/xml", `{type: object, xml: {name: pet}, properties: {id: {type: integer, enum: [7], xml: {attribute: true}}, name: {type: string, enum: ['a<b'], xml: {name: n}},
        tags: {type: array, xml: {wrapped: true}, minItems: 2, items: {type: integer, enum: [1, 2], xml: {name: tag}}, uniqueItems: true}}}`)
	assert.Regexp(t, `<pet id="7"><n>a&lt;b</n><tags><tag>[12]</tag><tag>[12]</tag></tags></pet>$`, string(body))
}
