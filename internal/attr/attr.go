// Package attr holds the neutral attribute type that every stage after the
// parsers speaks. It knows no exporter model: internal/traces turns it into
// pdata.
package attr

// Kind says which field of a KV carries its value.
type Kind uint8

// The kinds of value that the semantic conventions in use need.
const (
	String Kind = iota
	Int
	Bool
	Float
	Strings
)

// KV is one attribute. Only the field that Kind names is meaningful.
type KV struct {
	Key   string
	Str   string
	List  []string
	Num   int64
	Float float64
	Kind  Kind
}

// List is a reusable attribute list. The zero value is ready; Reset keeps the
// capacity, so that a list reused for every span allocates nothing.
type List []KV

// Reset empties the list and keeps its memory.
func (l *List) Reset() {
	clear(*l) // let go of the strings
	*l = (*l)[:0]
}

// Str appends a string attribute.
func (l *List) Str(key, value string) { *l = append(*l, KV{Key: key, Str: value, Kind: String}) }

// Int appends an integer attribute.
func (l *List) Int(key string, value int64) { *l = append(*l, KV{Key: key, Num: value, Kind: Int}) }

// Bool appends a boolean attribute.
func (l *List) Bool(key string, value bool) {
	kv := KV{Key: key, Kind: Bool}
	if value {
		kv.Num = 1
	}
	*l = append(*l, kv)
}

// Float appends a floating-point attribute.
func (l *List) Float(key string, value float64) {
	*l = append(*l, KV{Key: key, Float: value, Kind: Float})
}

// Strings appends a string-array attribute. The slice is kept, not copied.
func (l *List) Strings(key string, value []string) {
	*l = append(*l, KV{Key: key, List: value, Kind: Strings})
}

// Get finds an attribute by key; tests use it.
func (l List) Get(key string) (KV, bool) {
	for _, kv := range l {
		if kv.Key == key {
			return kv, true
		}
	}
	return KV{}, false
}

// Duplicate finds a key that the list holds twice. An exporter's model allows
// each once and the stages do not look, for the sake of speed; tests of what fills a
// list do.
func (l List) Duplicate() (key string, found bool) {
	for i := range l {
		if _, twice := l[:i].Get(l[i].Key); twice {
			return l[i].Key, true
		}
	}
	return "", false
}
