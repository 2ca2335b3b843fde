// Package deploy holds what the examples of deployment are made and checked with, and what
// nobody who uses the receiver should have to download: the types of Kubernetes and OpenShift, its
// Pod Security evaluation, kustomize, compose, and a loader of system call filters.
//
// It holds tests only; internal/deploytest runs them. The seccomp profile of the examples is
// made by the program in seccompprofile; confine runs a program under it.
package deploy

//go:generate sh -c "go run ./seccompprofile >../../../examples/kubernetes/seccomp.json"
