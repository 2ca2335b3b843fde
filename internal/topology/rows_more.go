package topology

import "slices"

// moreRows are those of runtimes that CI does without.
func moreRows() []Row {
	return slices.Concat(
		javaRows(),
		phpRows(),
		rubyRows(),
		haproxyRows(),
		sdkRows(),
	)
}
