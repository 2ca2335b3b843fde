package topology

// linkRows are rows without evidence for parents inside processes, with weaker evidence
// made into links: how many of those point to the true parent is told, not held.
func linkRows() []Row {
	links := map[string]any{"correlation": map[string]any{"links": true}}
	row := func(name string, entry Service) Row {
		entry.Name, entry.Next, entry.Background = "entry", []string{"leaf", "leaf"}, "leaf"
		return Row{Name: name, Config: links, Services: []Service{goLeaf("leaf"), entry}}
	}
	return []Row{
		row("go-nethttp-links", Service{Command: goApp, Mode: "nethttp"}),
		row("go-child-links", Service{Command: goApp, Mode: "child"}),
		row("node-links", Service{Command: nodeApp}),
	}
}
