package topology

func networkRows() []Row {
	return []Row{
		{Name: "ipv6", Network: LoopbackV6, Services: []Service{
			goLeaf("leaf"),
			{Name: "two", Command: gunicornApp, Workers: 2, Next: []string{"leaf"}, Background: "leaf"},
			{Name: "proxy", Reported: "nginx", Command: nginxApp, Workers: 2, Next: []string{"two"}},
			{Name: "one", Command: goApp, Mode: "raw", Next: []string{"proxy"}, Background: "two"},
		}},
		{Name: "translated", Network: Translated, Services: []Service{
			{Name: "leaf", Command: goApp, Far: true},
			{Name: "far", Command: pythonApp, Next: []string{"leaf"}, Background: "leaf", Far: true},
			{Name: "near", Command: goApp, Mode: "raw", Next: []string{"far", "leaf"}, Background: "far"},
		}},
	}
}
