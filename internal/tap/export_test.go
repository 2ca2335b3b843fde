package tap

import "github.com/cilium/ebpf"

// Alter changes the object before it is loaded.
func (o *Options) Alter(f func(*ebpf.CollectionSpec)) { o.alter = f }
