package openapi

import (
	"fmt"
	"slices"
	"strings"
)

// words is a short text that means nothing.
func (g *generator) words() string {
	return g.pick("prova", "esempio", "pratica", "conferma", "elenco", "verifica") + " " + g.pick("uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto")
}

// plainName is a name in small letters without what stands between its words.
func plainName(name string) string {
	plain := make([]byte, 0, 64)
	for i := range len(name) {
		switch c := name[i]; {
		case c == '_' || c == '-' || c == ' ':
		case c >= 'A' && c <= 'Z':
			plain = append(plain, c+'a'-'A')
		default:
			plain = append(plain, c)
		}
	}
	return string(plain)
}

// named makes a text that suits the name of a member, as in Italian services; "" when the name says nothing.
func (g *generator) named(name string) string {
	word := plainName(name)
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(word, part) })
	}
	switch {
	case word == "":
		return ""
	case has("email", "mail", "pec"):
		return strings.ToLower(g.pick("mario.rossi", "giulia.bianchi", "info", "amministrazione")) + g.digits("##") + "@example.com"
	case word == "id" || strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "_id"):
		return fmt.Sprintf("%08x%016x", g.random.Uint32(), g.random.Uint64())
	case has("vat", "partitaiva", "piva", "taxcode", "codicefiscale", "fiscalcode"):
		return g.vat() // which is the tax code of a company too
	case has("iban"):
		return g.digits("IT60X0542811101############")
	case has("currency", "valuta"):
		return "EUR"
	case has("countrycode", "country", "nazione"):
		return "IT"
	case has("zip", "postal", "cap") && len(word) < 12:
		return g.pick("00184", "20121", "10121", "80132", "40121", "50122")
	case has("province", "provincia"):
		return g.pick("RM", "MI", "TO", "NA", "BO", "FI")
	case has("region", "regione"):
		return g.pick("Lazio", "Lombardia", "Piemonte", "Campania", "Toscana")
	case has("city", "town", "comune", "citta"):
		return g.pick("Roma", "Milano", "Torino", "Napoli", "Bologna", "Firenze")
	case has("street", "address", "indirizzo"):
		return g.pick("Via Roma", "Via Garibaldi", "Corso Italia", "Piazza Dante") + " " + g.digits("1#")
	case has("phone", "mobile", "telefono", "cellulare"):
		return g.digits("+39333#######")
	case has("firstname", "givenname"):
		return g.pick("Mario", "Giulia", "Luca", "Anna", "Paolo", "Chiara")
	case has("lastname", "surname", "familyname", "cognome"):
		return g.pick("Rossi", "Bianchi", "Ferrari", "Russo", "Esposito", "Conti")
	case has("company", "ragionesociale", "denominazione"):
		return g.pick("Rossi", "Bianchi", "Aurora", "Tirreno") + " " + g.pick("S.r.l.", "S.p.A.", "S.n.c.")
	case has("host", "domain"):
		return g.pick("www", "api", "shop") + g.digits("##") + ".example.com"
	case has("url", "uri", "link", "href", "website"):
		return "https://example.com/" + strings.ReplaceAll(g.words(), " ", "/")
	case word == "name" || strings.HasSuffix(word, "name") || word == "nome":
		return g.pick("Mario Rossi", "Giulia Bianchi", "Luca Ferrari", "Anna Conti")
	case has("date", "createdat", "updatedat"):
		return g.moment().Format("2006-01-02T15:04:05Z")
	case has("token", "hash", "key") && len(word) < 12:
		return fmt.Sprintf("%016x%016x", g.random.Uint64(), g.random.Uint64())
	}
	return ""
}

// vat is a partita IVA whose check digit is right.
func (g *generator) vat() string {
	digits := g.digits("0##########")[:10]
	sum := 0
	for i := range digits {
		n := int(digits[i] - '0')
		if i%2 == 1 {
			if n *= 2; n > 9 {
				n -= 9
			}
		}
		sum += n
	}
	return digits + string(rune('0'+(10-sum%10)%10))
}

// singular is the name of one item of a list.
func singular(name string) string { return strings.TrimSuffix(name, "s") }
