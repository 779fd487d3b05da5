// The feed of a stage: gifts appear as they are accepted, over the picture and
// in the list, and a screen reader is told.

import { art, celebrate } from './party.js';
import { end, on } from './stream.js';

const list = document.getElementById('feed');
const longest = 60; // lines that the page keeps
const aloud = document.getElementById('aloud'); // whether messages are read out: only who asks for it hears them between the gifts

if (aloud) {
	const show = () => aloud.setAttribute('aria-pressed', String(sessionStorage.getItem('aloud') === 'yes'));
	aloud.hidden = false;
	aloud.addEventListener('click', () => {
		sessionStorage.setItem('aloud', sessionStorage.getItem('aloud') === 'yes' ? 'no' : 'yes');
		show();
	});
	show();
}

// message is a line of the chat.
function message(item) {
	if (document.getElementById(item.message)) return;
	const li = document.createElement('li'), said = document.createElement('span'), who = document.createElement('strong'), text = document.createElement('span');
	li.className = 'message';
	li.id = item.message;
	said.className = 'said';
	who.className = item.hue;
	who.textContent = item.name;
	text.textContent = item.said;
	said.append(who, ' ', text);
	li.append(said);
	const keep = document.getElementById('keep')?.content.cloneNode(true); // of who looks after the room
	if (keep) {
		for (const field of keep.querySelectorAll('input[name=message]')) field.value = item.message;
		li.append(keep);
	}
	put(li);
}

function line(item) {
	if (item.kind === 'chat') { message(item); return; }
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
function put(li) {
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

// listen follows the stage; back is called when the connection stands (again),
// lost when it does not, over when the LIVE has ended.
export function listen(stage, { back, lost, over }) {
	const state = document.getElementById('feed-state');
	on('open', () => { state.hidden = true; stage.dataset.connected = 'yes'; back(); });
	on('lost', () => { state.hidden = false; delete stage.dataset.connected; lost(); });
	on('watching', (text) => {
		const count = document.getElementById('watching');
		if (count) count.textContent = text;
	});
	on('line', (item) => {
		if (item.kind === 'live_end') {
			say(item.text);
			end();
			over();
			return;
		}
		line(item);
		if (item.kind === 'gift' || item.kind === 'combo') celebrate(item);
		if (item.kind === 'tip') { tell(item.text); return; }
		if (item.kind !== 'chat' || sessionStorage.getItem('aloud') === 'yes') say(item.text);
	});
}
