package pacer

// Report is what was measured. Times are in microseconds and count from the
// moment when a request was due.
type Report struct {
	Requests  int64   `json:"requests"`
	PerSecond float64 `json:"per_second"`
	// Late is how often every connection was busy when a request was due.
	Late int64   `json:"late"`
	P50  float64 `json:"p50_us"`
	P90  float64 `json:"p90_us"`
	P99  float64 `json:"p99_us"`
	Max  float64 `json:"max_us"`
}
