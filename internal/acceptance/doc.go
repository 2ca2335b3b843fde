// Package acceptance holds the tests of the whole: captures go in at one end,
// through the receiver as a user configures it or through the pipeline alone, and
// what comes out at the other end is compared with files of expected traces, with
// what tshark says of the same captures, and with the ledger's equation.
//
// The expected traces are in testdata/golden; go test ./internal/acceptance -update
// writes them anew, to be read before they are committed.
package acceptance
