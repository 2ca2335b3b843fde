// Package buildtest builds a collector the way a stranger does: from a folder
// outside the checkout, with a manifest of their own, one gomod line for this
// module, and no compiler but Go's. It holds tests only.
package buildtest
