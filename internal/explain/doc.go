// Package explain answers "why is there no span for my connection?": it shows, to
// people as a page and to programs as JSON, what became of each recent connection,
// and the account of everything else.
//
// It holds nothing itself: a Source gives a Snapshot when somebody asks, which is
// filtered, sorted and cut here, in the goroutine of the request. There is no payload in
// it, no URL and no header. What processes can choose (their names) is escaped and freed of
// control characters. The page needs no JavaScript, and its policy allows none.
package explain
