// Package clustertest holds the tests of what reaches beyond one machine: agents on several nodes with
// gateways behind them, and what the API server of a cluster knows about the pods of a node.
//
// Nodes are network namespaces on a bridge, each with a cgroup and a collector of its own that reads nothing else.
// The collector is the one of examples/gateway/builder-config.yaml, run with the configurations that are
// shipped; a test puts on top of them what it has to know: paths, shorter intervals, files in place of backends.
package clustertest
