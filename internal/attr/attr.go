// Package attr holds the neutral attribute type that every stage after the
// parsers speaks. It knows no exporter model: internal/traces turns it into
// pdata.
package attr

import "math"

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

// KV is one attribute. Kind says what it holds; String, Int and Bool are read
// as fields, the rarer ones with the methods. It is kept small, as a span has
// some twenty of them.
type KV struct {
	Key string
	Str string
	// Num is an Int, a Bool (0 or 1), or the bits of a Float.
	Num  int64
	list *[]string
	Kind Kind
}

// Float is the value of a Float attribute.
func (kv *KV) Float() float64 { return math.Float64frombits(uint64(kv.Num)) }

// List is the value of a Strings attribute.
func (kv *KV) List() []string {
	if kv.list == nil {
		return nil
	}
	return *kv.list
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
	*l = append(*l, KV{Key: key, Num: int64(math.Float64bits(value)), Kind: Float})
}

// Strings appends a string-array attribute. The slice is kept, not copied.
func (l *List) Strings(key string, value []string) {
	*l = append(*l, KV{Key: key, list: &value, Kind: Strings})
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
