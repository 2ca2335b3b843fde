package flow

// direction is one half of a flow.
type direction struct{}

type state uint8
