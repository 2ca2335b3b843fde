// Package privilege takes capabilities out of the effective set of all threads of this
// process once they have served, and puts them back for the next start.
//
// They stay in the permitted set, because a Collector that is told to reload starts its
// components anew in the same process. So this is a guard against mistakes (a bug that
// would have used a privilege finds that it has none), not against an attacker who
// already runs code here: what the process may never have is to be left out of its bounding set.
package privilege
