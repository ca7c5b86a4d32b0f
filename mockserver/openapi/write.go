package openapi

import (
	stdjson "encoding/json"
	"errors"

	"github.com/segmentio/encoding/json"
)

// maxBody bounds an answer's body, in bytes.
const maxBody = 1 << 20

var errBodyTooLarge = errors.New("it is larger than 1 MiB")

// render writes a value as JSON.
func render(v any) ([]byte, error) {
	b, ok := appendValue(make([]byte, 0, 256), v)
	if !ok {
		return nil, errBodyTooLarge
	}
	return b, nil
}

func appendValue(b []byte, v any) ([]byte, bool) {
	if len(b) > maxBody {
		return b, false
	}
	var fits bool
	switch v := v.(type) {
	case nil:
		b = append(b, "null"...)
	case bool:
		if v {
			b = append(b, "true"...)
		} else {
			b = append(b, "false"...)
		}
	case stdjson.Number:
		b = append(b, v...)
	case string:
		b = appendText(b, v)
	case []any:
		b = append(b, '[')
		for i, item := range v {
			if i > 0 {
				b = append(b, ',')
			}
			if b, fits = appendValue(b, item); !fits {
				return b, false
			}
		}
		b = append(b, ']')
	case *object:
		b = append(b, '{')
		for i, key := range v.keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendText(b, key), ':')
			if b, fits = appendValue(b, v.values[i]); !fits {
				return b, false
			}
		}
		b = append(b, '}')
	}
	return b, len(b) <= maxBody
}

func appendText(b []byte, s string) []byte {
	out, err := json.Append(b, s, 0)
	if err != nil {
		return append(b, `""`...)
	}
	return out
}
