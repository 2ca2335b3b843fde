package process

import (
	"strconv"

	"github.com/google/uuid"
)

// instanceID is service.instance.id: a UUID version 5 under the namespace that
// the conventions prescribe for inherent ids
// (https://opentelemetry.io/docs/specs/semconv/registry/attributes/service/#service-instance-id).
// Boot id, pid and start time (in ticks, which kernel and /proc both know) name
// one process in the world, so every restart of the collector gives the same id. Empty
// when one of them is not known: then the instance is not either.
func instanceID(boot string, pid uint32, ticks uint64) string {
	if boot == "" || pid == 0 || ticks == 0 {
		return ""
	}
	namespace := uuid.UUID{0x4d, 0x63, 0x00, 0x9a, 0x8d, 0x0f, 0x11, 0xee, 0xaa, 0xd7, 0x4c, 0x79, 0x6e, 0xd8, 0xe3, 0x20}
	b := make([]byte, 0, 64)
	b = append(append(b, boot...), ':')
	b = append(strconv.AppendUint(b, uint64(pid), 10), ':')
	b = strconv.AppendUint(b, ticks, 10)
	return uuid.NewSHA1(namespace, b).String()
}
