package account

// Index is a map from identifiers, of which a server may hold hundreds of thousands. Identifiers
// are stored as arrays, because the garbage collector would follow each key of type string. Keys of
// other lengths are supported too. The zero Index is empty. Get is safe for concurrent use with
// itself, but not with Set and Delete.
type Index[V any] struct {
	ids   map[[idLength]byte]V
	texts map[string]V // keys of other lengths
}

// Get returns the value of a key.
func (x *Index[V]) Get(key string) (v V, ok bool) {
	if len(key) != idLength {
		v, ok = x.texts[key]
		return v, ok
	}
	v, ok = x.ids[[idLength]byte([]byte(key))]
	return v, ok
}

// Len returns the number of keys.
func (x *Index[V]) Len() int { return len(x.ids) + len(x.texts) }

// Set sets the value of a key.
func (x *Index[V]) Set(key string, v V) {
	if len(key) != idLength {
		if x.texts == nil {
			x.texts = map[string]V{}
		}
		x.texts[key] = v
		return
	}
	if x.ids == nil {
		x.ids = map[[idLength]byte]V{}
	}
	x.ids[[idLength]byte([]byte(key))] = v
}

// Delete removes a key.
func (x *Index[V]) Delete(key string) {
	if len(key) != idLength {
		delete(x.texts, key)
		return
	}
	delete(x.ids, [idLength]byte([]byte(key)))
}
