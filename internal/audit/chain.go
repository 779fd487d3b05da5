package audit

import (
	"crypto/sha256"
	"encoding/binary"
)

// digest returns the hash of an entry: SHA-256 over the hash before it and
// every field, each with its length in front so that no two different entries
// read alike.
func digest(prev []byte, e *Entry) []byte {
	b := appendField(nil, string(prev))
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(e.AtUS))
	for _, field := range []string{e.Actor, e.Verb, e.Subject, e.Reason, e.Changed, e.Request} {
		b = appendField(b, field)
	}
	sum := sha256.Sum256(b)
	return sum[:]
}

func appendField(b []byte, field string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(field))), field...)
}
