package process

import "strings"

// unescapeUnit undoes systemd's \xNN (systemd.unit(5), "String Escaping for
// Inclusion in Unit Names"). Anything else is kept as it is.
func unescapeUnit(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if i+3 < len(s) && s[i] == '\\' && s[i+1] == 'x' && isHexDigit(s[i+2]) && isHexDigit(s[i+3]) {
			b.WriteByte(hexValue(s[i+2])<<4 | hexValue(s[i+3]))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func hexValue(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return b - 'a' + 10
}

// unitService is the service name that a unit gives: "shop@8080.service" ->
// "shop". Units whose business is to run other people's programs give none.
func unitService(unit string) string {
	name, ok := strings.CutSuffix(unit, ".service")
	if !ok {
		return ""
	}
	name, _, _ = strings.Cut(name, "@")
	switch name {
	case "user", "cron", "crond", "atd", "anacron", "ssh", "sshd", "getty", "serial-getty", "supervisor", "supervisord",
		"docker", "containerd", "podman", "crio", "kubelet", "k3s", "k3s-agent", "rke2-server", "rke2-agent",
		"systemd-nspawn", "lxc", "lxd", "incus", "garden":
		return ""
	}
	return name
}
