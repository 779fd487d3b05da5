package ledger

import (
	"crypto/sha256"
	"encoding/binary"
)

// digest returns the hash of a transfer: SHA-256 over the hash before it and
// every field, each with its length in front so that no two different
// transfers read alike. Accounts enter by name, so that a renamed account
// shows. buf is scratch space, returned for the next call.
func digest(buf, prev []byte, seq, atUS int64, t Transfer) (hash, scratch []byte) {
	buf = appendBytes(buf[:0], prev)
	buf = binary.BigEndian.AppendUint64(buf, uint64(seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(atUS))
	buf = appendString(buf, t.Kind)
	buf = appendString(buf, t.Cause)
	buf = appendString(buf, t.Rule)
	buf = binary.BigEndian.AppendUint32(buf, uint32(len(t.Lines)))
	for _, l := range t.Lines {
		buf = appendString(buf, l.From.Path)
		buf = appendString(buf, l.To.Path)
		buf = appendString(buf, string(l.From.Asset))
		buf = binary.BigEndian.AppendUint64(buf, uint64(l.Amount))
	}
	sum := sha256.Sum256(buf)
	return sum[:], buf
}

func appendBytes(buf, b []byte) []byte {
	return append(binary.BigEndian.AppendUint32(buf, uint32(len(b))), b...)
}

func appendString(buf []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(buf, uint32(len(s))), s...)
}
