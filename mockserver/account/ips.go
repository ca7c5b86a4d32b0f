package account

import "slices"

// IPs is a set of caller addresses in order of their first call. The result of List is never
// modified.
type IPs struct {
	list  []string
	index map[string]struct{} // only for long lists
}

// searchable is the length from which a list gets an index: below it, a linear search is faster and
// smaller.
const searchable = 16

// NewIPs creates a set. It may share the list's memory, which must not be modified any more.
func NewIPs(list []string) IPs {
	if len(list) < searchable && distinct(list) {
		return IPs{list: slices.Clip(list)}
	}
	var s IPs
	for _, ip := range list {
		s.Add(ip)
	}
	return s
}

func distinct(list []string) bool {
	for i, ip := range list {
		if slices.Contains(list[:i], ip) {
			return false
		}
	}
	return true
}

// Add adds an address.
func (s *IPs) Add(ip string) {
	if s.Has(ip) {
		return
	}
	s.list = append(s.list, ip)
	switch {
	case s.index != nil:
		s.index[ip] = struct{}{}
	case len(s.list) >= searchable:
		s.index = make(map[string]struct{}, 2*len(s.list))
		for _, known := range s.list {
			s.index[known] = struct{}{}
		}
	}
}

// addUpTo adds an address, unless the set already has that many.
func (s *IPs) addUpTo(ip string, most int) {
	if len(s.list) < most {
		s.Add(ip)
	}
}

// Has reports whether an address is in the set.
func (s *IPs) Has(ip string) bool {
	if s.index != nil {
		_, ok := s.index[ip]
		return ok
	}
	return slices.Contains(s.list, ip)
}

// List returns the addresses in order of their first calls. The result must not be modified.
func (s *IPs) List() []string { return slices.Clip(s.list) }

// Sorted returns the addresses, sorted as text, in a new list.
func (s *IPs) Sorted() []string {
	out := slices.Clone(s.list)
	slices.Sort(out)
	return out
}
