package topology

import "slices"

// Rows is every topology that is measured. A runtime adds a file with its rows, and a line here.
func Rows() []Row {
	return slices.Concat(
		goRows(),
		pythonRows(),
		nodeRows(),
		nginxRows(),
		grpcRows(),
		tlsRows(),
		networkRows(),
		disturbedRows(),
		moreRows(),
		linkRows(),
	)
}
