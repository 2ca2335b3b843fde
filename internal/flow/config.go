package flow

import "time"

// Config bounds a Table. Zero fields take the default named beside them.
type Config struct {
	// MaxFlows is how many flows are held: 100000. When the table is full, a
	// flow that has been idle for a second or more makes room for a new one; if
	// none is found, the new one is refused.
	MaxFlows int
	// IdleTimeout is how long a TCP flow is held without a record: 10 minutes.
	// A connection that speaks again later is taken up as a new flow. An ignored one is held for
	// 30 seconds at most.
	IdleTimeout time.Duration
	// UDPIdleTimeout is the same for UDP: 30 seconds.
	UDPIdleTimeout time.Duration
	// ReorderWait is how long data behind a hole waits for it to be filled, in
	// event time: 200 ms. Longer than the smallest retransmission timeout of a
	// usual stack does not pay: a filled hole is then seen by the peer's ACK.
	ReorderWait time.Duration
	// MaxHeldFlow and MaxHeld are how many bytes wait behind holes, in one
	// direction and in all: 256 KiB and 8 MiB, bookkeeping included.
	MaxHeldFlow, MaxHeld int
	// MaxEarly, MaxEarlyBytes and EarlyAge bound what is kept of connections
	// whose own socket has not shown up: 1024 records, 4 MiB, 5 seconds.
	MaxEarly, MaxEarlyBytes int
	EarlyAge                time.Duration
}

func (c Config) withDefaults() Config {
	or(&c.MaxFlows, 100_000)
	or(&c.IdleTimeout, 10*time.Minute)
	or(&c.UDPIdleTimeout, 30*time.Second)
	or(&c.ReorderWait, 200*time.Millisecond)
	or(&c.MaxHeldFlow, 256<<10)
	or(&c.MaxHeld, 8<<20)
	or(&c.MaxEarly, 1024)
	or(&c.MaxEarlyBytes, 4<<20)
	or(&c.EarlyAge, 5*time.Second)
	return c
}

func or[T int | time.Duration](v *T, otherwise T) {
	if *v <= 0 {
		*v = otherwise
	}
}
