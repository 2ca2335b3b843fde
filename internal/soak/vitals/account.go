package vitals

import "fmt"

// Account is what became of messages and spans: internal/ledger. The first four are
// of the kernel.
type Account struct {
	Packets, Messages, LostStarts, Shed     int64
	Received, Used, Dropped, Filtered, Held int64
	Emitted, Refused                        int64
	// LostOther are records lost that began no message.
	LostOther int64
}

// Account reads the account.
func (m Metrics) Account() Account {
	starts := m.Sum("kernel_losses", `reason="ring_full_start"`)
	return Account{
		Packets: m.Sum("kernel_packets"), Messages: m.Sum("kernel_messages"), LostStarts: starts, Shed: m.Sum("shed_messages"),
		Received: m.Sum("received_messages"), Used: m.Sum("used_messages"), Dropped: m.Sum("dropped_messages"),
		Filtered: m.Sum("filtered_messages"), Held: m.Sum("held_messages"),
		Emitted: m.Sum("emitted_spans"), Refused: m.Sum("refused_spans"),
		LostOther: m.Sum("kernel_losses") - starts,
	}
}

// Check holds the account to its equations. They are exact at rest; under load the terms are
// read one after the other.
func (a Account) Check() error {
	if a.Messages != a.Received+a.LostStarts+a.Shed {
		return fmt.Errorf("%d messages began in the kernel, %d were received, %d lost and %d left out", a.Messages, a.Received, a.LostStarts, a.Shed)
	}
	if known := a.Used + a.Dropped + a.Filtered + a.Held; a.Received != known {
		return fmt.Errorf("%d messages were received, %d are accounted for", a.Received, known)
	}
	return nil
}

// Lost is how many messages and records are missing from what should be spans; 0 means that
// every request that was made is one. What nobody could make sense of is lost in this sense, too.
func (a Account) Lost() int64 { return a.LostStarts + a.Shed + a.LostOther + a.Dropped + a.Refused }
