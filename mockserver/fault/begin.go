package fault

// Begin replaces the rules that the book started with: as after a reset, and later resets return to
// them. On an error nothing changes. Random choices still derive from the seed that the book was
// created with.
func (b *Book) Begin(rules []Rule) error {
	if err := Check(rules, b.config.Known); err != nil {
		return err
	}
	b.original.Store(&rules)
	return b.Reset()
}
