// The one stream that a page listens to. Whoever wants to know of something
// asks here; the browser reconnects by itself and tells the server the last
// event that it saw, so that nothing is lost and nothing comes twice.
//
// The names of what comes stand in internal/web/stream.go; besides:
// open, when the connection stands (again), and lost, when it does not.

const address = document.body.dataset.stream;
const heard = new Map();
const again = 5000; // ms until a stream that the server refused is asked for once more
const rests = 15000; // ms that a page listens which nobody sees; a browser has few connections
let source = null, last = '', over = false, timer = 0;

// It begins when all scripts of the page have said what they want to hear, so
// that nothing comes before somebody listens.
if (address) {
	if (document.readyState === 'complete') begin();
	else addEventListener('DOMContentLoaded', begin);
}

function begin() {
	clearTimeout(timer);
	if (over || document.hidden) return;
	source?.close();
	const from = new URL(address, location.href);
	if (last) from.searchParams.set('after', last);
	source = new EventSource(from);
	for (const name of heard.keys()) follow(name);
	source.addEventListener('error', ({ target }) => { if (target.readyState === EventSource.CLOSED) timer = setTimeout(begin, again); });
}

// A page that nobody sees stops listening, and catches up when it is seen.
document.addEventListener('visibilitychange', () => {
	if (!address || document.readyState === 'loading') return;
	clearTimeout(timer);
	if (document.hidden) timer = setTimeout(rest, rests);
	else if (!source || source.readyState === EventSource.CLOSED) begin();
});

function rest() {
	source?.close();
	source = null;
	tell('lost');
}

// on calls back with the data of every event of the name.
export function on(name, callback) {
	if (!address) return;
	if (!heard.has(name)) {
		heard.set(name, []);
		if (source) follow(name);
	}
	heard.get(name).push(callback);
}

// follow hands an event of the stream on. An answer that refuses the stream is
// one all the same: the server can be reached, so nothing is lost.
function follow(name) {
	if (name === 'open') source.addEventListener('open', () => tell('open'));
	else if (name === 'lost') source.addEventListener('error', ({ target }) => { if (target.readyState !== EventSource.CLOSED) tell('lost'); });
	else source.addEventListener(name, (event) => { last = event.lastEventId || last; tell(name, JSON.parse(event.data), event.lastEventId); });
}

function tell(name, data, id) { for (const callback of heard.get(name) ?? []) callback(data, id); }

// end closes the stream: nothing more is to come.
export function end() { over = true; source?.close(); }

on('open', () => { document.body.dataset.connected = 'yes'; });
on('lost', () => { delete document.body.dataset.connected; });
on('place', () => {}); // where the stream begins, so that it can go on from there before anything has happened
