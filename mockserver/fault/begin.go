package fault

// Begin puts other rules instead of those that the book began with: it is as after a reset, which
// leads there from now on. On an error nothing has changed. What is drawn is still drawn from the
// seed that the book was made with.
func (b *Book) Begin(rules []Rule) error {
	if err := Check(rules, b.config.Known); err != nil {
		return err
	}
	b.original.Store(&rules)
	return b.Reset()
}
