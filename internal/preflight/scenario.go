package preflight

// Scenario is the way in which the receiver is deployed.
type Scenario string

// The scenarios.
const (
	// OnHost is a collector that runs on the host like any other service.
	OnHost Scenario = "host"
	// NodeAgent is one in a container with the host's network and pid namespaces.
	NodeAgent Scenario = "node_agent"
	// NodeAgentOwnNetwork has a network namespace of its own.
	NodeAgentOwnNetwork Scenario = "node_agent_own_network"
	// NodeAgentOwnPID has a pid namespace of its own, and any network namespace.
	NodeAgentOwnPID Scenario = "node_agent_own_pid"
	// Sidecar reads one cgroup and what lies below it.
	Sidecar Scenario = "sidecar"
	// Unprivileged may not open the tap.
	Unprivileged Scenario = "unprivileged"
	// Unsupported could not open it for another reason.
	Unsupported Scenario = "unsupported"
)

func scenario(f *Facts, a *Attempt) Scenario {
	n := &f.Namespaces
	switch {
	case a.Denied:
		return Unprivileged
	case a.Err != nil:
		return Unsupported
	case !f.Cgroup.Root:
		return Sidecar
	case n.PID.Place == PlaceOwn:
		return NodeAgentOwnPID
	case n.Network.Place == PlaceOwn:
		return NodeAgentOwnNetwork
	case f.Environment == Host:
		return OnHost
	}
	return NodeAgent
}

// Title names the scenario in a few words.
func (s Scenario) Title() string {
	switch s {
	case OnHost:
		return "a service of the host"
	case NodeAgent:
		return "node agent with hostNetwork and hostPID"
	case NodeAgentOwnNetwork:
		return "node agent without hostNetwork"
	case NodeAgentOwnPID:
		return "node agent without hostPID"
	case Sidecar:
		return "sidecar or single service"
	case Unprivileged:
		return "no privilege"
	case Unsupported:
		return "the sockets of this host cannot be read"
	}
	return string(s)
}

// Meaning says what is seen then.
func (s Scenario) Meaning() string {
	switch s {
	case OnHost, NodeAgent:
		return "The sockets of the whole host are read, in every network namespace."
	case NodeAgentOwnNetwork:
		return "The sockets of the whole host are read, in every network namespace: hostNetwork is not needed for that."
	case NodeAgentOwnPID:
		return "The sockets of the whole host are read; executables are out of sight, spans are attributed by container."
	case Sidecar:
		return "Only sockets made in one cgroup, and in those below it, are read. Nothing of the host is needed for that."
	case Unprivileged:
		return "The socket source cannot start. capture.source: pcap works without any privilege."
	case Unsupported:
		return "The socket source cannot start. capture.source: pcap does."
	}
	return ""
}
