// Package hpack reads header blocks of HTTP/2 (RFC 7541,
// https://www.rfc-editor.org/rfc/rfc7541) as somebody does who listens: a listener may
// have come late, or have missed something, and must not take one field for another.
//
// # A table of which not all is known
//
// An index counts entries from the newest one back. So what was inserted while we
// listened is found by its index, whatever was in the table before; and what lies beyond
// is a field of which nothing is known. It is reported as such, and is no error. Where a
// block was missed nobody knows how many entries came with it: Lose forgets all of them.
// The table is known again as soon as its entries are.
//
// The same holds for an entry whose name was indexed beyond what is known: it takes its place in
// the table, and nothing is told of it.
//
// # Sizes
//
// Which entries the encoder has evicted follows from the table's size, which it tells in
// the blocks themselves; SETTINGS_HEADER_TABLE_SIZE only says how large it may become.
// An entry that is kept for too long does no harm, because its index is not used any more. One that
// was let go too early would be an unknown field; if an index shows that this
// has happened, because somebody's table is larger than we know, more is kept from then on.
// A Decoder keeps at most Budget bytes.
//
// # Memory
//
// A new Decoder holds nothing. Its text grows with the table, to some twice the table's
// size (4096 bytes unless the encoder says otherwise).
package hpack
