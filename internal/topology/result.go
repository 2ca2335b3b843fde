package topology

// Result is what was measured of a row at one concurrency.
type Result struct {
	Row         string `json:"row"`
	Concurrency int    `json:"concurrency"`
	// Parents are the spans that have one: right, wrong and shallow ones.
	Parents int `json:"parents"`
	Wrong   int `json:"wrong"`
	Shallow int `json:"shallow"`
	// Missing are true edges that no span shows.
	Missing int `json:"missing"`
	// Precision is 1 - Wrong/Parents, and 1 when there are none.
	Precision float64 `json:"precision"`
	// Recall is the share of the true edges that are there; connection edges join the two ends
	// of a request, process edges one that came in with one that goes out. 1 when there are none.
	Recall           float64 `json:"recall"`
	ConnectionRecall float64 `json:"connection_recall"`
	ProcessRecall    float64 `json:"process_recall"`
	// LinksRight point to the true parent, LinksWrong elsewhere.
	LinksRight int `json:"links_right"`
	LinksWrong int `json:"links_wrong"`
	// Evidence counts parents by what they stand on.
	Evidence map[string]int `json:"evidence"`
	// Requests is how many ends of requests there were by the services' own account, Spans how
	// many spans came, NotSeen how many of the former have none of the latter.
	Requests int `json:"requests"`
	Spans    int `json:"spans"`
	NotSeen  int `json:"not_seen"`
	// Nameless spans have a service.name that is no service's: their process was gone too soon.
	Nameless int `json:"nameless"`
	// The rest must be zero in every row.
	Faults Faults `json:"faults"`
}

// Faults are things that must not be, whatever the traffic.
type Faults struct {
	// Dangling spans have a parent that does not exist.
	Dangling int `json:"dangling"`
	// TraceBreaks are edges whose two spans are of different traces.
	TraceBreaks int `json:"trace_breaks"`
	// MixedTraces hold the spans of several entry requests.
	MixedTraces int `json:"mixed_traces"`
	// Early server spans begin before their client's.
	Early int `json:"early"`
	// Doubled spans are of an end that has one already, Invented ones of an end that never was.
	Doubled  int `json:"doubled"`
	Invented int `json:"invented"`
	// Misattributed spans are said to be another service's.
	Misattributed int `json:"misattributed"`
}

// Mistake is a wrong parent.
type Mistake struct {
	// Child and Parent say what they are; Parent is empty when it is not among the spans.
	Child, Parent string
	Evidence      string
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}
