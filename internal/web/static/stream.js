// The one stream that a page listens to. Whoever wants to know of something
// asks here; the browser reconnects by itself and tells the server the last
// event that it saw, so that nothing is lost and nothing comes twice.
//
// The names of what comes stand in internal/web/stream.go; besides:
// open, when the connection stands (again), and lost, when it does not.

const address = document.body.dataset.stream;
const heard = new Map();
const again = 5000; // ms until a stream that the server refused is asked for once more
let source = null, last = '', over = false;

// It begins when all scripts of the page have said what they want to hear, so
// that nothing comes before somebody listens.
if (address) {
	if (document.readyState === 'complete') begin();
	else addEventListener('DOMContentLoaded', begin);
}

function begin() {
	if (over) return;
	const from = new URL(address, location.href);
	if (last) from.searchParams.set('after', last);
	source = new EventSource(from);
	for (const name of heard.keys()) follow(name);
	source.addEventListener('error', () => { if (source.readyState === EventSource.CLOSED) setTimeout(begin, again); });
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
	else if (name === 'lost') source.addEventListener('error', () => { if (source.readyState !== EventSource.CLOSED) tell('lost'); });
	else source.addEventListener(name, (event) => { last = event.lastEventId || last; tell(name, JSON.parse(event.data), event.lastEventId); });
}

function tell(name, data, id) { for (const callback of heard.get(name)) callback(data, id); }

// end closes the stream: nothing more is to come.
export function end() { over = true; source?.close(); }

on('open', () => { document.body.dataset.connected = 'yes'; });
on('lost', () => { delete document.body.dataset.connected; });

// A part of a page that is to follow the creator's or the visitor's figures
// names the event: it is fetched again, at most once in two seconds, and put in
// place when nobody is using it. <section id=… data-follows="creator">
const waiting = new Map();
for (const part of document.querySelectorAll('[data-follows][id]')) {
	on(part.dataset.follows, () => {
		if (waiting.has(part.id)) return;
		waiting.set(part.id, setTimeout(async () => {
			waiting.delete(part.id);
			const now = document.getElementById(part.id);
			if (!now || now.contains(document.activeElement) || document.hidden) return;
			await window.htmx?.ajax('GET', location.href, { target: '#' + part.id, select: '#' + part.id, swap: 'outerHTML' });
		}, 2000));
	});
}
on('skipped', () => location.reload());
