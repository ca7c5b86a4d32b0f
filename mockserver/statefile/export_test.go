package statefile

// Limit returns how many bytes a state may have.
func (f *File) Limit() int { return f.limit }

// SetLimit sets it.
func (f *File) SetLimit(bytes int) { f.limit = bytes }
