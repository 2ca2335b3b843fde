package tracecontext_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/beylareceiver/beylareceiver/internal/tracecontext"
)

func TestHasher(t *testing.T) {
	h := tracecontext.NewHasher()
	shared, other := h, tracecontext.NewHasher()
	id := []byte("5b1f8a5e-0001")
	assert.NotZero(t, h.Hash(id))
	assert.Equal(t, h.Hash(id), shared.Hash(id))
	assert.NotEqual(t, h.Hash(id), other.Hash(id), "each has its own key")
	assert.NotEqual(t, h.Hash(id), h.Hash([]byte("5b1f8a5e-0002")))
}

func TestHasherKnowsEnvoysUUIDs(t *testing.T) {
	h := tracecontext.NewHasher()
	hash := func(s string) uint64 { return h.Hash([]byte(s)) }
	const random = "a468a6a1-7d3a-4d6e-bf4d-5c5d2a4c8f10"
	for name, tc := range map[string]struct {
		other string
		same  bool
	}{
		"sampled":                      {"a468a6a1-7d3a-9d6e-bf4d-5c5d2a4c8f10", true},
		"forced":                       {"a468a6a1-7d3a-ad6e-bf4d-5c5d2a4c8f10", true},
		"forced by the client":         {"a468a6a1-7d3a-bd6e-bf4d-5c5d2a4c8f10", true},
		"of another version":           {"a468a6a1-7d3a-1d6e-bf4d-5c5d2a4c8f10", false},
		"another digit":                {"a468a6a1-7d3a-4d6e-bf4d-5c5d2a4c8f11", false},
		"in capitals":                  {"A468A6A1-7D3A-4D6E-BF4D-5C5D2A4C8F10", false},
		"no dashes":                    {"a468a6a17d3a4d6ebf4d5c5d2a4c8f10", false},
		"no UUID, for it is not hex":   {"z468a6a1-7d3a-4d6e-bf4d-5c5d2a4c8f10", false},
		"no UUID, for the dashes miss": {"a468a6a1-7d3a-4d6e-bf4d05c5d2a4c8f10", false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, tc.same, hash(random) == hash(tc.other)) })
	}
	assert.NotEqual(t, hash("z468a6a1-7d3a-4d6e-bf4d-5c5d2a4c8f10"), hash("z468a6a1-7d3a-9d6e-bf4d-5c5d2a4c8f10"), "what is no UUID counts as it is")
}
