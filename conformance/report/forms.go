package report

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// wordLetters are the letters that no encoding escapes unless it escapes all.
const wordLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// formsOf lists the texts that give a secret away, without doubles.
func formsOf(secret string) []string {
	plain := []string{secret}
	for _, other := range []string{strings.ToLower(secret), strings.ToUpper(secret)} {
		if other != secret {
			plain = append(plain, other)
		}
	}
	encoded := append(base64Forms(secret), strings.ToUpper(hex.EncodeToString([]byte(secret))), hex.EncodeToString([]byte(secret)))
	var all []string
	for _, text := range plain {
		all = append(all, escapedForms(text)...)
	}
	for _, text := range encoded {
		// "/", "+" and "=" of base64 are escaped in URLs, and "/" by some JSON encoders.
		all = append(all, text, url.QueryEscape(text), strings.ReplaceAll(text, "/", `\/`))
	}
	all = append(all, reversed(secret))
	all = append(all, escapedTwice(secret)...)
	unique := all[:0]
	for _, text := range all {
		if len(text) >= shortest && !slices.Contains(unique, text) {
			unique = append(unique, text)
		}
	}
	return unique
}

// reversed is a text from its end to its beginning.
func reversed(s string) string {
	letters := []rune(s)
	slices.Reverse(letters)
	return string(letters)
}

// escapedTwice are the escaped forms, escaped once more: a URL within a URL, JSON within JSON.
func escapedTwice(s string) []string {
	var all []string
	for _, once := range escapedForms(s)[1:] {
		all = append(all, url.QueryEscape(once), jsonForm(once, true), jsonForm(once, false))
	}
	return all
}

func escapedForms(s string) []string {
	const digits = "0123456789ABCDEF"
	var byUnicode, byPercent strings.Builder
	for _, unit := range s {
		hexadecimal := strconv.FormatInt(int64(unit), 16)
		byUnicode.WriteString(`\u`)
		byUnicode.WriteString("0000"[min(4, len(hexadecimal)):])
		byUnicode.WriteString(hexadecimal)
	}
	for i := range len(s) {
		byPercent.Write([]byte{'%', digits[s[i]>>4], digits[s[i]&15]})
	}
	whole := []string{s, byPercent.String(), lowerEscapes(byPercent.String()), byUnicode.String()}
	if strings.Trim(s, wordLetters) == "" {
		return whole // nobody escapes less than everything
	}
	query := url.QueryEscape(s)
	return append(whole,
		url.PathEscape(s), query, strings.ReplaceAll(query, "+", "%20"), lowerEscapes(query),
		jsonForm(s, true), jsonForm(s, false), strings.ReplaceAll(s, "/", `\/`),
		html.EscapeString(s),
		trimQuotes(strconv.Quote(s)), trimQuotes(strconv.QuoteToASCII(s)),
		strings.ReplaceAll(s, `'`, `'\''`),
	)
}

// base64Forms encodes the secret as it looks inside longer text: what precedes it shifts it by
// zero, one or two bytes, and the characters at both ends mix with their neighbours. The middle is
// the same every time.
func base64Forms(secret string) []string {
	var all []string
	for shift := range 3 {
		padded := append(make([]byte, shift), secret...)
		first := (shift*8 + 5) / 6
		last := len(padded) * 8 / 6
		for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			whole := encoding.EncodeToString(padded)
			all = append(all, whole[first:last])
			if shift == 0 {
				all = append(all, whole, strings.TrimRight(whole, "="))
			}
		}
	}
	return all
}

func jsonForm(s string, escapeHTML bool) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(s); err != nil {
		return s
	}
	return trimQuotes(strings.TrimSuffix(out.String(), "\n"))
}

func trimQuotes(s string) string { return s[1 : len(s)-1] }

// lowerEscapes writes %2F as %2f: both are allowed in URLs.
func lowerEscapes(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			copy(b[i+1:i+3], strings.ToLower(string(b[i+1:i+3])))
		}
	}
	return string(b)
}
