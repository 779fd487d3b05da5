// The one stream that a page listens to. Whoever wants to know of something
// asks here; the browser reconnects by itself and tells the server the last
// event that it saw, so that nothing is lost and nothing comes twice.
//
// The names of what comes stand in internal/web/stream.go; besides:
// open, when the connection stands (again), and lost, when it does not.

const address = document.body.dataset.stream;
const heard = new Map();
const source = address ? new EventSource(address) : null;

// on calls back with the data of every event of the name.
export function on(name, callback) {
	if (!source) return;
	if (!heard.has(name)) {
		heard.set(name, []);
		if (name === 'open') source.addEventListener('open', () => tell('open'));
		else if (name === 'lost') source.addEventListener('error', () => tell('lost'));
		else source.addEventListener(name, (event) => tell(name, JSON.parse(event.data), event.lastEventId));
	}
	heard.get(name).push(callback);
}

function tell(name, data, id) { for (const callback of heard.get(name)) callback(data, id); }

// end closes the stream: nothing more is to come.
export function end() { source?.close(); }

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
