package openapi

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"strings"
)

// sound renders a value in a form that is not JSON; for media that are not text, the smallest valid
// file of that type, unless the value is one.
func (f *form) sound(v any) []byte {
	name, _, _ := strings.Cut(strings.ToLower(f.contentType), ";")
	text, isText := v.(string)
	name = strings.TrimSpace(name)
	if magic, known := magics()[name]; known {
		if strings.HasPrefix(text, magic) {
			return []byte(text)
		}
		if inner, err := base64.StdEncoding.DecodeString(text); err == nil && bytes.HasPrefix(inner, []byte(magic)) {
			return inner
		}
		return file(name)
	}
	switch {
	case name == "image/svg+xml":
		if !strings.Contains(text, "<svg") {
			return []byte(`<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>`)
		}
	case strings.HasSuffix(name, "/xml") || strings.HasSuffix(name, "+xml"):
		if !strings.HasPrefix(strings.TrimSpace(text), "<") {
			return asXML(f.schema, v)
		}
	case name == "text/html":
		if !strings.Contains(text, "<") {
			return []byte("<!doctype html><html lang=\"it\"><title>example</title></html>")
		}
	case name == "text/csv":
		if !isText {
			return asCSV(v)
		}
	}
	if isText {
		return []byte(text)
	}
	body, err := render(v)
	if err != nil {
		return nil
	}
	return body
}

// magics returns the first bytes of files of a media type.
func magics() map[string]string {
	return map[string]string{
		"application/pdf": "%PDF-", "image/png": "\x89PNG", "image/jpeg": "\xff\xd8\xff", "image/jpg": "\xff\xd8\xff", "image/gif": "GIF8",
		"application/zip": "PK\x03\x04", "application/x-zip-compressed": "PK\x03\x04", "application/x-zip": "PK\x03\x04",
	}
}

// file is a small file of a media type that has a magic.
func file(name string) []byte {
	pixels := map[string]string{
		"png":  "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAAAAADhZOFXAAAAFUlEQVR4nGLZwgABTAwUMQABAAD//zVMAMei9jujAAAAAElFTkSuQmCC",
		"gif":  "R0lGODlhCAAIAIAAAP///7S0tCwAAAAACAAIAAACB4yPqcvtXQAAOw==",
		"jpeg": "/9j/2wCEABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1tdhbWGkJ6jq62rZ4C8ybqmx5moq6QBHB4eKCMoTisrTqRuXW6kpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpP/AAAsIAAgACAEBEQD/xADSAAABBQEBAQEBAQAAAAAAAAAAAQIDBAUGBwgJCgsQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAAgBAQAAPwC/X//Z",
	}
	pixels["jpg"] = pixels["jpeg"]
	if kind, ok := strings.CutPrefix(name, "image/"); ok {
		image, _ := base64.StdEncoding.DecodeString(pixels[kind])
		return image
	}
	if name == "application/pdf" {
		return pdf("Example")
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	if inside, err := w.Create("example.txt"); err == nil { // a buffer takes everything
		_, _ = inside.Write([]byte("example\n"))
	}
	_ = w.Close()
	return b.Bytes()
}

// pdf is a document of one page with one line of text.
func pdf(text string) []byte {
	page := "BT /F1 24 Tf 72 770 Td (" + text + ") Tj ET"
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
	var offsets []int
	for i, object := range []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 4 0 R >> >> /Contents 5 0 R >>",
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(page), page),
	} {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(offsets)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(offsets)+1, start)
	return b.Bytes()
}

// asCSV writes an object, or the objects of a list, as rows under their names.
func asCSV(v any) []byte {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	for i, item := range list {
		row := []string{plain(item)}
		if o, ok := item.(*object); ok {
			if i == 0 {
				_ = w.Write(o.keys) // a buffer takes everything
			}
			row = row[:0]
			for _, cell := range o.values {
				row = append(row, plain(cell))
			}
		}
		_ = w.Write(row)
	}
	w.Flush()
	return b.Bytes()
}
