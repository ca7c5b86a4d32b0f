package openapi

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"oauthmock/fixtures/words"
)

// identity is whom and what an object that is made up is about, so that its members agree: the
// first name with the e-mail address, the town with the province.
type identity struct {
	first, last, company, street, number string
	town                                 town
}

type town struct{ name, zip, province, region, country string }

// invent draws an identity: an Italian one, or one from elsewhere.
func (g *generator) invent() *identity {
	if g.abroad != "" {
		w := words.All()
		return &identity{
			first: g.pick(w.FirstNames...), last: g.pick(w.LastNames...), company: g.pick(w.Companies...),
			street: g.pick(w.StreetPrefixes...) + " " + g.pick(w.StreetNames...), number: g.digits("1##"),
			town: town{g.pick(w.Cities...), g.digits("#####"), g.pick(w.StateCodes...), g.pick(w.States...), g.abroad},
		}
	}
	return &identity{
		first: g.pick("Mario", "Giulia", "Luca", "Anna", "Paolo", "Chiara", "Marco", "Francesca", "Alessandro", "Elena"),
		last:  g.pick("Rossi", "Bianchi", "Ferrari", "Russo", "Esposito", "Conti", "Romano", "Colombo", "Ricci", "Marino"),
		company: g.pick("Rossi", "Bianchi", "Aurora", "Tirreno", "Adriatica", "Officine Ferrari", "Edilizia Romano", "Conti & Figli") + " " +
			g.pick("S.r.l.", "S.p.A.", "S.n.c."),
		street: g.pick("Via Roma", "Via Garibaldi", "Corso Italia", "Piazza Dante", "Via Giuseppe Verdi", "Viale Europa"), number: g.digits("1#"),
		town: []town{
			{"Roma", "00184", "RM", "Lazio", "IT"}, {"Milano", "20121", "MI", "Lombardia", "IT"}, {"Torino", "10121", "TO", "Piemonte", "IT"},
			{"Napoli", "80132", "NA", "Campania", "IT"}, {"Bologna", "40121", "BO", "Emilia-Romagna", "IT"}, {"Firenze", "50122", "FI", "Toscana", "IT"},
		}[g.random.IntN(6)],
	}
}

// about is the identity of the object that is being made.
func (g *generator) about() *identity {
	if g.identity == nil {
		g.identity = g.invent()
	}
	return g.identity
}

// suited is a row of names of members and what suits them.
type suited struct {
	// parts, one of which the name holds, in small letters and without what stands between words;
	// "=id" is the whole name, "date$" its end.
	parts string
	text  func(g *generator) string
}

// suitedNames is the table of what suits which names; the first row that fits counts.
var suitedNames = sync.OnceValue(func() []suited {
	fixed := func(options ...string) func(*generator) string {
		return func(g *generator) string { return g.pick(options...) }
	}
	form := func(form string) func(*generator) string {
		return func(g *generator) string { return g.digits(form) }
	}
	return []suited{
		{"email mail pec", func(g *generator) string {
			who := g.about()
			return strings.ToLower(strings.ReplaceAll(who.first+"."+who.last, " ", "")) + g.digits("##") + "@example.com"
		}},
		{"=id objectid", func(g *generator) string { return fmt.Sprintf("%08x%016x", g.random.Uint32(), g.random.Uint64()) }},
		{"codicefiscale fiscalcode =cf", (*generator).fiscalCode},
		{"vat partitaiva piva taxcode", (*generator).vat}, // which is the tax code of a company too
		{"iban", form("IT60X0542811101############")},
		{"bic swift", fixed("UNCRITMM", "BCITITMM", "BPMOIT22")},
		{"currency valuta divisa", fixed("EUR")},
		{"streetnumber housenumber civico", func(g *generator) string { return g.about().number }},
		{"streetname =via", func(g *generator) string { return g.about().street }},
		{"street address indirizzo", func(g *generator) string { return g.about().street + " " + g.about().number }},
		{"company ragionesociale denominazione organization impresa azienda sender mittente", func(g *generator) string { return g.about().company }},
		{"countrycode country nazione =stato paese", func(g *generator) string { return g.about().town.country }},
		{"=cap zip postal postcode", func(g *generator) string { return g.about().town.zip }},
		{"province provincia", func(g *generator) string { return g.about().town.province }},
		{"region regione", func(g *generator) string { return g.about().town.region }},
		{"city town comune citta localita", func(g *generator) string { return g.about().town.name }},
		{"toponym", fixed("Via", "Corso", "Piazza", "Viale")},
		{"phone mobile telefono cellulare recipient destinatario fax", form("+39333#######")},
		{"firstname givenname =nome", func(g *generator) string { return g.about().first }},
		{"lastname surname familyname cognome", func(g *generator) string { return g.about().last }},
		{"filename namepdf pdf$", form("documento-####.pdf")},
		{"host domain", func(g *generator) string { return g.pick("www", "api", "shop") + g.digits("##") + ".example.com" }},
		{"url uri link href website", func(g *generator) string { return "https://example.com/" + strings.ReplaceAll(g.words(), " ", "/") }},
		{"username login owner", func(g *generator) string { return strings.ToLower(g.about().first + "." + g.about().last) }},
		{"name$", func(g *generator) string { return g.about().first + " " + g.about().last }},
		{"birth", func(g *generator) string { return g.digits("19[6-9]#-0[1-9]-1#") }},
		{"date createdat updatedat $at", func(g *generator) string { return g.moment().Format(time.RFC3339) }},
		{"token hash key", func(g *generator) string { return fmt.Sprintf("%016x%016x", g.random.Uint64(), g.random.Uint64()) }},
		{"status state stato", fixed("completed", "active")},
		{"gender sesso =sex", fixed("M", "F")},
		{"language lingua locale", fixed("it")},
		{"method metodo", fixed("JSON", "POST")},
		{"message testo text description descrizione note", func(g *generator) string { return g.sentence() }},
	}
})

// named generates a text that suits the name of a member; "" if the name suggests nothing.
func (g *generator) named(name string) string {
	word := plainName(name)
	if word == "" {
		return ""
	}
	if strings.HasSuffix(name, "Id") || strings.HasSuffix(name, "_id") {
		word = "id"
	}
	for _, row := range suitedNames() {
		for part := range strings.FieldsSeq(row.parts) {
			if meant(part, word) {
				return row.text(g)
			}
		}
	}
	return ""
}

// meant reports whether a part of the table fits a name.
func meant(part, word string) bool {
	if whole, ok := strings.CutPrefix(part, "="); ok {
		return word == whole
	}
	if end, ok := strings.CutSuffix(part, "$"); ok {
		return strings.HasSuffix(word, end)
	}
	if end, ok := strings.CutPrefix(part, "$"); ok {
		return strings.HasSuffix(word, end) && len(word) > len(end)+3
	}
	return strings.Contains(word, part)
}

// within returns what the value of a member is about: a description is about what the object is.
func within(object, member string) string {
	switch plainName(member) {
	case "description", "descrizione", "value", "valore":
		if object != "" {
			return object
		}
	}
	return member
}

// boolean generates a boolean; it is false for names of something bad.
func (g *generator) boolean(name string) bool {
	for _, bad := range []string{"error", "fail", "block", "delete", "expired", "suspend", "closed", "cessat"} {
		if strings.Contains(plainName(name), bad) {
			return false
		}
	}
	return g.random.IntN(2) == 0
}

// words is a short text that means nothing.
func (g *generator) words() string {
	return g.pick("prova", "esempio", "pratica", "conferma", "elenco", "verifica") + " " + g.pick("uno", "due", "tre", "quattro", "cinque", "sei", "sette", "otto")
}

// sentence is a text of some words.
func (g *generator) sentence() string {
	if g.abroad != "" {
		return g.pick("This is an example.", "The request was received.", "A text to try things with.")
	}
	return g.pick("Questo è un esempio.", "La richiesta è stata ricevuta.", "Un testo di prova.")
}

// plainName returns a name in lower case without separators.
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

// fiscalCode is the codice fiscale of a person that suits the names, with the check letter that it
// has to have.
func (g *generator) fiscalCode() string {
	who := g.about()
	code := consonants(who.last) + consonants(who.first) + g.digits("[6-9]#") + g.pick("A", "B", "C", "D", "E", "H", "L", "M", "P", "R", "S", "T") + g.digits("[1-2]#") + "H501"
	odd := []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}
	sum := 0
	for i := range len(code) {
		n := int(code[i] - '0')
		if n > 9 {
			n = int(code[i] - 'A')
		}
		if i%2 == 0 {
			n = odd[n]
		}
		sum += n
	}
	return code + string(rune('A'+sum%26))
}

// consonants are three letters of a name, consonants first, filled up with X, as in an Italian tax
// code.
func consonants(name string) string {
	letters := []byte{}
	for _, vowels := range []bool{false, true} {
		for _, c := range []byte(strings.ToUpper(name)) {
			if c >= 'A' && c <= 'Z' && slices.Contains([]byte("AEIOU"), c) == vowels {
				letters = append(letters, c)
			}
		}
	}
	return string(append(letters, "XXX"...)[:3])
}

// singular is the name of one item of a list.
func singular(name string) string { return strings.TrimSuffix(name, "s") }
