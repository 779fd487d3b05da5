package live

// listenerQueue is how many events may wait for a Listener before it is closed.
const listenerQueue = 256

// Listener receives the events of its topics on C, for who reads the past by
// itself. C is closed when the listener was too slow, or when Close was called.
type Listener struct {
	C      <-chan Message
	c      chan Message
	hub    *Hub
	topics []string
	last   int64 // the sequence of the last message
	closed bool  // guarded by the hub
}

// Listen starts to receive the events of the topics that are committed from
// now on. They arrive while Run runs.
func (h *Hub) Listen(topics ...string) *Listener {
	c := make(chan Message, listenerQueue)
	l := &Listener{C: c, c: c, hub: h, topics: topics}
	h.attach(l, topics)
	return l
}

// Close ends the listener. It may be called more than once.
func (l *Listener) Close() {
	l.hub.mu.Lock()
	defer l.hub.mu.Unlock()
	l.drop()
}

func (l *Listener) drop() {
	if l.closed {
		return
	}
	l.closed = true
	l.hub.detach(l, l.topics)
	close(l.c)
}

func (l *Listener) hear(m *Message) bool {
	if m.Sequence <= l.last {
		return true
	}
	select {
	case l.c <- *m:
		l.last = m.Sequence
		return true
	default:
		return false
	}
}
