package fault

// document answers with what the document of a paid service has for a status, or under the name of
// an example.
type document struct {
	status  int
	example string
}

func newDocument(e Effect) (effect, error) {
	if e.Status == 0 && e.Example == "" {
		return nil, wrongf("status", "is missing, and so is example; want a status that the document has, such as 404, or the name of an example in it")
	}
	if e.Status != 0 && (e.Status < 200 || e.Status > 599) {
		return nil, wrongf("status", "is %d; want a status from 200 to 599", e.Status)
	}
	return document{e.Status, e.Example}, nil
}

func (d document) apply(f *Fault) sender {
	f.blame("")
	if err := f.callee.Document(d.status, d.example); err != nil {
		f.book.config.Log.Error("a fault rule has an answer that is in no document", "rule", f.rule.Name, "reason", err)
		f.exchange.Detail = err.Error()
		f.callee.RefuseByCode("500")
	}
	return nil
}
