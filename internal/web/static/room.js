// What one does while watching beside giving: sound, a clean picture, keys, the
// chat; and how goals and places stand.

import { restart } from './party.js';
import { given } from './gift.js';
import { fetched } from './part.js';
import { on } from './stream.js';
import { tell } from './feed.js';

const stage = document.getElementById('stage');
const video = () => document.querySelector('#screen video');
const clean = document.getElementById('clean');
const pressed = (button, on) => button?.setAttribute('aria-pressed', String(on));

// A LIVE has no controls of its own over the picture; one's own video keeps the
// browser's.
const sounds = document.querySelector('.tools-over [data-sound]');
if (sounds && video()) {
	video().controls = false;
	sounds.hidden = false;
	sounds.addEventListener('click', hear);
}

function hear() {
	const v = video();
	if (!v) return;
	v.muted = !v.muted;
	if (v.paused) v.play().catch(() => {});
	pressed(sounds, !v.muted);
}

// What moves by itself can be made to stand still.
const pauses = document.querySelector('.tools-over [data-pause]');
if (pauses && video()) {
	pauses.hidden = false;
	pauses.addEventListener('click', halt);
	for (const name of ['play', 'pause']) video().addEventListener(name, ({ target }) => pressed(pauses, target.paused));
	pressed(pauses, video().paused);
}

function halt() {
	const v = video();
	if (!v) return;
	if (v.paused) v.play().catch(() => {});
	else v.pause();
}

// tidy hides everything but the picture, or brings it back.
function tidy(on) {
	stage.classList.toggle('clean', on);
	pressed(clean, on);
}

if (clean) {
	clean.hidden = false;
	clean.addEventListener('click', () => tidy(!stage.classList.contains('clean')));
	let from = null;
	const screen = document.querySelector('.theatre');
	screen.addEventListener('touchstart', (event) => { from = event.touches.length === 1 && !event.target.closest('button, a, input, ol') ? event.touches[0] : null; }, { passive: true });
	screen.addEventListener('touchend', (event) => {
		if (!from) return;
		const to = event.changedTouches[0], x = to.clientX - from.clientX, y = to.clientY - from.clientY;
		if (Math.abs(x) > 60 && Math.abs(y) < 40) tidy(x < 0);
	}, { passive: true });
}

// ---- goals and places ----

on('goal', (goal) => {
	const list = document.getElementById('goals');
	let row = document.getElementById(goal.id);
	if (!list || goal.ended) { row?.remove(); return; }
	if (!row) { // it was set while the page stood here
		row = document.createElement('li');
		row.id = goal.id;
		row.className = 'goal';
		const words = document.createElement('span'), head = document.createElement('span'), title = document.createElement('strong'), text = document.createElement('span'), bar = document.createElement('progress');
		words.className = 'goal-words';
		head.className = 'goal-head';
		text.className = 'goal-text';
		title.textContent = goal.title;
		bar.setAttribute('aria-label', goal.title);
		head.append(title, ' ', text);
		words.append(head, bar);
		row.append(words);
		list.append(row);
		list.hidden = false;
	}
	row.querySelector('.goal-text').textContent = goal.text;
	const bar = row.querySelector('progress');
	bar.max = goal.wanted;
	bar.value = goal.progress;
	if (goal.reached && !row.classList.contains('reached')) {
		row.classList.add('reached');
		restart(row, 'bump');
		tell(goal.title + ': ' + goal.text);
	}
});

on('board', (places) => {
	const board = document.getElementById('board'), list = document.getElementById('places');
	if (board?.dataset.window !== 'live' || list.contains(document.activeElement)) return;
	list.replaceChildren(...places.map((p) => {
		const row = document.createElement('li');
		const part = (tag, name, text) => { const n = document.createElement(tag); n.className = name; n.textContent = text; return n; };
		const face = part('span', 'avatar ' + p.hue, p.initials);
		face.setAttribute('aria-hidden', 'true');
		const name = part('span', 'place-name', p.name);
		if (p.me) {
			row.className = 'me';
			name.append(' ', part('span', 'muted small', board.dataset.you));
		}
		row.append(part('span', 'rank', p.rank), face, name, part('span', 'num', p.coins));
		return row;
	}));
	document.getElementById('no-places').hidden = places.length > 0;
	if (places.some((p) => p.me)) document.getElementById('own-place')?.remove();
	else if (document.getElementById('own-place') || given()) own ||= setTimeout(ownPlace, 10_000 * Math.random());
});

// A place below those that everybody sees is the visitor's own: it is asked for,
// now and then, by who has one.
let own = 0;
async function ownPlace() {
	own = 0;
	const page = await fetched(location.href).catch(() => null), fresh = page?.getElementById('own-place');
	const board = document.getElementById('board'), now = document.getElementById('own-place');
	if (!page || board.dataset.window !== page.getElementById('board')?.dataset.window) return;
	if (fresh && now) now.replaceWith(document.adoptNode(fresh));
	else if (fresh) board.append(document.adoptNode(fresh));
	else now?.remove();
}

// ---- the chat ----

on('hidden', (id) => document.getElementById(id)?.remove());

const chat = document.getElementById('chat-form'), field = document.getElementById('chat-text'), wrong = document.getElementById('chat-wrong');

chat?.addEventListener('submit', async (event) => {
	event.preventDefault();
	if (!field.value.trim() || chat.dataset.sent) return;
	chat.dataset.sent = 'yes';
	const complaint = await fetch(chat.action, { method: 'POST', body: new URLSearchParams(new FormData(chat)), headers: { Accept: 'application/json' } })
		.then((answer) => answer.json()).then((value) => (value.ok ? '' : value.detail), () => document.body.dataset.problem);
	delete chat.dataset.sent;
	wrong.textContent = complaint;
	wrong.hidden = !complaint;
	if (complaint) return; // what was written stays
	field.value = '';
	chat.elements.key.value = 'frm_' + crypto.randomUUID().replaceAll('-', ''); // the next message is another one
});
field?.addEventListener('keydown', (event) => { if (event.key === 'Escape') field.blur(); });

const keys = {
	Enter: () => field?.focus(),
	b: () => { const tray = document.getElementById('tray'); tray.scrollIntoView({ block: 'nearest' }); (tray.querySelector('input[name=gift]:checked') ?? tray).focus({ preventScroll: true }); },
	c: () => { if (clean) tidy(!stage.classList.contains('clean')); },
	m: hear,
	p: () => pauses?.click(),
	t: () => stage.querySelector('[data-tip]')?.click(),
	s: () => document.querySelector('.tools-over [data-share]')?.click(),
};

document.addEventListener('keydown', (event) => {
	const todo = keys[event.key];
	if (!todo || event.ctrlKey || event.metaKey || event.altKey || 'noKeys' in document.body.dataset || document.querySelector('dialog[open]')) return;
	if (event.target.closest?.('input:not([type=radio]), textarea, select, [contenteditable]')) return;
	if (event.key === 'Enter' && (!field || event.target.closest?.('a, button, summary, input, .gifts, form'))) return;
	event.preventDefault();
	todo();
});
