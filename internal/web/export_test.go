package web

// SetTransfersInFile sets how many transfers a file holds at most, and returns
// what sets it back.
func SetTransfersInFile(n int) (back func()) {
	before := transfersInFile
	transfersInFile = n
	return func() { transfersInFile = before }
}
