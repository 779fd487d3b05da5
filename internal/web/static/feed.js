// The feed of a stage: gifts appear as they are accepted, over the picture and
// in the list, and a screen reader is told.

import { art, celebrate } from './party.js';

const list = document.getElementById('feed');
const longest = 60; // lines that the page keeps

function line(item) {
	let li = item.combo && list.querySelector(`[data-combo="${CSS.escape(item.combo)}"]`);
	if (!li) {
		li = document.createElement('li');
		const said = document.createElement('span');
		said.className = 'said';
		li.append(art(item), said);
		if (item.combo) li.dataset.combo = item.combo;
		put(li);
	}
	li.lastChild.textContent = item.text;
}

// put adds a line where the newest stands, and keeps the list short.
export function put(li) {
	list.prepend(li);
	while (list.children.length > longest) list.lastChild.remove();
	const none = document.getElementById('feed-empty');
	if (none) none.hidden = true;
}

// say tells a screen reader, at most every four seconds.
let waiting = '', quiet = 0;
export function say(text) {
	waiting = text;
	if (!quiet) speak();
}

// tell says at once what must not get lost among gifts.
export function tell(text) {
	clearTimeout(quiet);
	waiting = text;
	speak();
}

function speak() {
	if (!waiting) { quiet = 0; return; }
	document.getElementById('said').textContent = waiting;
	waiting = '';
	quiet = setTimeout(speak, 4000);
}

// again is how long to wait for a stream that the server has refused, such as
// when too many are open.
const again = 5000;

// listen follows the stage's events with one stream; back is called when the
// connection stands (again), lost when it does not, over when the LIVE has
// ended. What others bring, such as chat, they hear through on.
export function listen(stage, { back, lost, over, on = {} }) {
	let source, last = '';
	const heard = (name, then) => source.addEventListener(name, (event) => { last = event.lastEventId || last; then(JSON.parse(event.data)); });
	const state = document.getElementById('feed-state');
	const open = () => {
		const address = new URL(stage.dataset.events, location.href);
		if (last) address.searchParams.set('after', last);
		source = new EventSource(address);
		source.onopen = () => { state.hidden = true; stage.dataset.connected = 'yes'; back(); };
		source.onerror = () => {
			state.hidden = false;
			if (source.readyState === EventSource.CLOSED) { setTimeout(open, again); return; } // an answer came: the server is there
			delete stage.dataset.connected;
			lost();
		};
		heard('watching', (text) => {
			const count = document.getElementById('watching');
			if (count) count.textContent = text;
		});
		heard('line', (item) => {
			if (item.kind === 'live_end') {
				say(item.text);
				source.close();
				over();
				return;
			}
			line(item);
			if (item.kind !== 'combo_end') celebrate(item);
			say(item.text);
		});
		for (const [name, then] of Object.entries(on)) heard(name, then);
	};
	open();
}
