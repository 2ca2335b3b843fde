package selection

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestChoose(t *testing.T) {
	web := Rule{Ports: []PortRange{{80, 80}, {8000, 8999}}}
	nginx := Rule{Executable: "*/nginx"}
	both := Rule{Ports: []PortRange{{80, 80}}, Executable: "*/nginx"}
	known := Facts{ServerPort: 80, Process: true, Executable: "/usr/sbin/nginx"}
	curl := Facts{ServerPort: 80, Process: true, Executable: "/usr/bin/curl"}
	young := Facts{ServerPort: 80}
	for _, tt := range []struct {
		name             string
		include, exclude []Rule
		facts            Facts
		want, final      Choice
	}{
		{"no rules", nil, nil, Facts{}, Selected, Selected},
		{"port in", []Rule{web}, nil, young, Selected, Selected},
		{"port in range", []Rule{web}, nil, Facts{ServerPort: 8500}, Selected, Selected},
		{"port not in", []Rule{web}, nil, Facts{ServerPort: 9000}, Unselected, Unselected},
		{"port not known", []Rule{web}, nil, Facts{}, Undecided, Unselected},
		{"executable in", []Rule{nginx}, nil, known, Selected, Selected},
		{"executable not in", []Rule{nginx}, nil, curl, Unselected, Unselected},
		{"executable not known", []Rule{nginx}, nil, young, Undecided, Unselected},
		{"all of a rule must hold", []Rule{both}, nil, curl, Unselected, Unselected},
		{"one of the rules is enough", []Rule{nginx, web}, nil, young, Selected, Selected},
		{"excluded", nil, []Rule{nginx}, known, Unselected, Unselected},
		{"not excluded", nil, []Rule{nginx}, curl, Selected, Selected},
		{"excluded or not is open", nil, []Rule{nginx}, young, Undecided, Selected},
		{"exclude wins", []Rule{web}, []Rule{nginx}, known, Unselected, Unselected},
		{"a port decides without the process", nil, []Rule{both}, Facts{ServerPort: 81}, Selected, Selected},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, err := New(tt.include, tt.exclude)
			require.NoError(t, err)
			require.Equal(t, tt.want, s.Choose(&tt.facts, false))
			require.Equal(t, tt.final, s.Choose(&tt.facts, true))
		})
	}
}

func TestEveryMatcher(t *testing.T) {
	facts := Facts{
		ServerPort: 80, Process: true, Executable: "/opt/a/b", Service: "shop-cart",
		Cgroup: "/kubepods.slice/x.scope", ContainerID: "0123456789abcdef", Namespace: 7,
	}
	yes := []Rule{
		{Executable: "/opt/*"}, {Service: "shop-?art"}, {Service: "shop-[a-c]art"}, {Service: "shop-[!d]art"},
		{Cgroup: "*kubepods*"}, {ContainerID: "0123456789ab"}, {Namespace: 7}, {Service: `shop\-cart`},
	}
	no := []Rule{
		{Executable: "/opt"}, {Service: "shop"}, {Service: "shop-[d-z]art"}, {Service: "shop-[!c]art"},
		{Cgroup: "kubepods*"}, {ContainerID: "123456789abc"}, {Namespace: 8}, {Service: "shop.cart"},
	}
	for _, r := range yes {
		s, err := New([]Rule{r}, nil)
		require.NoError(t, err)
		require.Equal(t, Selected, s.Choose(&facts, false), "%+v", r)
		require.True(t, s.NeedsProcess())
	}
	for _, r := range no {
		s, err := New([]Rule{r}, nil)
		require.NoError(t, err)
		require.Equal(t, Unselected, s.Choose(&facts, false), "%+v", r)
	}
}

func TestBadGlob(t *testing.T) {
	for _, p := range []string{"[a", `a\`, "[z-a]", "[]"} {
		_, err := New(nil, []Rule{{Service: p}})
		require.ErrorContains(t, err, "is not a glob", p)
	}
	s, err := New(nil, nil)
	require.NoError(t, err)
	require.True(t, s.All())
	require.False(t, s.NeedsProcess())
}
