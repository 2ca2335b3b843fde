// Package traces turns batches of neutral spans into pdata: one ResourceSpans
// for each resource, in the order in which the batch first names it, with one
// ScopeSpans in each. It and the receiver are the only importers of pdata.
package traces
