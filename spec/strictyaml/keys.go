package strictyaml

import "gopkg.in/yaml.v3"

// keys calls read for each key of a mapping, and refuses anything but a mapping, and duplicate
// keys. Merged keys come after the mapping's own, and only if they are not written there; of
// several merged ones the first counts.
func (d *decoder) keys(node *yaml.Node, read func(key, value *yaml.Node)) {
	if node.Kind != yaml.MappingNode {
		d.refuse(node, "must be a mapping, not %s", describe(node))
		return
	}
	merges := d.ownKeys(node, read)
	if len(merges) == 0 {
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(node.Content); i += 2 {
		if key := node.Content[i]; key.Kind == yaml.ScalarNode && !isMerge(key) {
			seen[key.Value] = true
		}
	}
	for _, from := range merges {
		d.merge(from, seen, true, read)
	}
}

// ownKeys reads the keys that a mapping has itself, and returns what is to be merged into it.
func (d *decoder) ownKeys(node *yaml.Node, read func(key, value *yaml.Node)) (merges []*yaml.Node) {
	var lines map[string]int
	const few = 24 // up to this many, comparing is faster than looking up
	if len(node.Content) > 2*few {
		lines = make(map[string]int, len(node.Content)/2)
	}
	earlier := func(key *yaml.Node, i int) (int, bool) {
		if lines != nil {
			line, doubled := lines[key.Value]
			if !doubled {
				lines[key.Value] = key.Line
			}
			return line, doubled
		}
		for j := 0; j < i; j += 2 {
			if e := node.Content[j]; e.Value == key.Value && e.Kind == yaml.ScalarNode && !isMerge(e) {
				return e.Line, true
			}
		}
		return 0, false
	}
	for i := 0; i+1 < len(node.Content) && !d.stopped; i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case key.Kind != yaml.ScalarNode || isNull(key):
			d.refuse(key, "a key must be text, not %s", describe(key))
			continue
		case isMerge(key):
			merges = append(merges, value)
			continue
		}
		if line, doubled := earlier(key, i); doubled {
			d.refuse(key, "the key %q stands twice, first in line %d: keep one", key.Value, line)
			continue
		}
		read(key, value)
	}
	return merges
}

// merge reads the keys of a mapping, or of each in a list, that have not been seen yet.
func (d *decoder) merge(node *yaml.Node, seen map[string]bool, lists bool, read func(key, value *yaml.Node)) {
	node, leave, ok := d.enter(node)
	if !ok {
		return
	}
	defer leave()
	switch {
	case node.Kind == yaml.SequenceNode && lists:
		for _, one := range node.Content {
			d.merge(one, seen, false, read)
		}
	case node.Kind == yaml.MappingNode:
		merges := d.ownKeys(node, func(key, value *yaml.Node) {
			if len(d.expanding) > 0 && !d.count(key) || seen[key.Value] {
				return
			}
			seen[key.Value] = true
			read(key, value)
		})
		for _, from := range merges {
			d.merge(from, seen, true, read)
		}
	default:
		d.refuse(node, "<< must be a mapping, an alias of one, or a list of these, not %s", describe(node))
	}
}

// isMerge reports whether a key is a plain <<.
func isMerge(key *yaml.Node) bool {
	return key.Kind == yaml.ScalarNode && key.Value == "<<" && key.ShortTag() == "!!merge"
}
