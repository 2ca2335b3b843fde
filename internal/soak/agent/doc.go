// Package agent runs the real collector for tests that look at it from outside: built from
// the sources, reading one cgroup, telling of itself by metrics and profiles, and sending its
// spans to an otlpsink. Everything ends with the test that asked for it.
package agent
