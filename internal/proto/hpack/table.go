package hpack

// Sizes of a table, in bytes as section 4.1 counts them: of names and values, and
// entryOverhead for each entry.
const (
	// DefaultSize is what a table has until its encoder says otherwise
	// (https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2).
	DefaultSize = 4096
	// Budget is how much of a table is kept at most, however large it is.
	Budget        = 64 << 10
	entryOverhead = 32
)

// entry is a field of the dynamic table.
type entry struct {
	// at is where its name begins in the table's text; the value follows.
	at          uint32
	name, value uint32 // lengths
	// known is false when its name is not.
	known bool
}

func (e *entry) size() int { return int(e.name+e.value) + entryOverhead }

// table is a dynamic table (section 2.3.2), as far as it is known.
type table struct {
	// entries[gone:] are in it, oldest first.
	entries []entry
	gone    int
	// text holds names and values, those of entries[gone] first.
	text []byte
	// size is the entries' together, limit how much is kept.
	size, limit int
	// inserted counts entries since the beginning, or since something was missed.
	inserted uint64
	// whole is true when the encoder's table held nothing but what was inserted.
	whole bool
}

// get gives the entry with this index, from 1; ok is false when it is not known.
func (t *table) get(index uint64) (name, value []byte, ok bool) {
	live := t.entries[t.gone:]
	if index > uint64(len(live)) {
		return nil, nil, false
	}
	e := &live[uint64(len(live))-index]
	if !e.known {
		return nil, nil, false
	}
	middle := e.at + e.name
	return t.text[e.at:middle], t.text[middle : middle+e.value], true
}

// exists tells whether there can be an entry with this index. If it was let go, its
// encoder's table is larger than we know, and from now on more is kept.
func (t *table) exists(index uint64) bool {
	live := uint64(len(t.entries) - t.gone)
	if index > live && index <= t.inserted && t.limit < Budget {
		t.limit = min(max(2*t.limit, DefaultSize), Budget)
	}
	return index <= t.inserted || !t.whole
}

// insert takes a field in, as the newest; name and value may be the table's own.
func (t *table) insert(name, value []byte, known bool) {
	t.inserted++
	e := entry{name: uint32(len(name)), value: uint32(len(value)), known: known}
	if e.size() > t.limit { // it empties the table (section 4.4)
		t.evict(0)
		return
	}
	// What it is a copy of may be evicted for it: the text is moved afterwards only.
	e.at = uint32(len(t.text))
	t.text = append(append(t.text, name...), value...)
	t.size += e.size()
	t.entries = append(t.entries, e)
	t.evict(t.limit)
	t.compact()
}

// evict lets the oldest entries go until the rest has the given size.
func (t *table) evict(size int) {
	for t.size > size {
		t.size -= t.entries[t.gone].size()
		t.gone++
	}
	if t.gone == len(t.entries) {
		t.entries, t.text, t.gone, t.size = t.entries[:0], t.text[:0], 0, 0
	}
}

// worthwhile is how much text must have gone before it is worth moving many entries.
const worthwhile = 1 << 10

// compact moves what is left to the front once as much, or a lot, has gone.
func (t *table) compact() {
	if t.gone == 0 {
		return
	}
	live := t.entries[t.gone:]
	base := live[0].at
	if t.gone < len(live) && int(base) < max(worthwhile, len(t.text)-int(base)) {
		return
	}
	t.text = t.text[:copy(t.text, t.text[base:])]
	t.entries = t.entries[:copy(t.entries, live)]
	t.gone = 0
	for i := range t.entries {
		t.entries[i].at -= base
	}
}

// resize takes the size that the encoder tells (section 6.3).
func (t *table) resize(size uint64) {
	t.limit = int(min(size, Budget))
	t.evict(t.limit)
	if size == 0 { // whatever it held, it holds nothing now
		t.inserted, t.whole = 0, true
	}
}

// lose forgets everything: what the table holds is not known any more.
func (t *table) lose() {
	t.evict(0)
	t.inserted, t.whole = 0, false
}
