// A part of a page that is to follow figures names the event that changes them:
// <section id=… data-follows="creator">. All parts that are due come from one
// look at the page, now and then, and only while nobody uses them; what could
// not be put in place stays due.

import { on } from './stream.js';
import { fetched } from './part.js';

const pace = 2000; // ms between an event and the look, at the least
const due = new Set(); // ids of parts
let timer = 0, looking = false, costs = 0, missed = false;

const all = (which = '') => document.querySelectorAll('[data-follows' + which + '][id]');

function changed(parts) {
	for (const part of parts) due.add(part.id);
	later();
}

// A page that takes long to make is looked at less often.
function later() { timer ||= setTimeout(look, Math.max(pace, 5 * costs)); }

function inUse(part) { return document.hidden || document.querySelector('dialog[open]') || part.contains(document.activeElement); }

async function look() {
	timer = 0;
	const ids = [...due].filter((id) => !document.getElementById(id) || !inUse(document.getElementById(id)));
	if (looking || !ids.length) return;
	for (const id of ids) due.delete(id);
	looking = true;
	const began = performance.now();
	try {
		const page = await fetched(document.body.dataset.page ?? location.href);
		for (const id of ids) replace(id, page.getElementById(id));
		costs = performance.now() - began;
		if (due.size) later();
	} catch {
		for (const id of ids) due.add(id); // until something happens again
	} finally {
		looking = false;
	}
}

function replace(id, fresh) {
	const now = document.getElementById(id);
	if (!now || !fresh || now.isEqualNode(fresh)) return;
	if (inUse(now)) { due.add(id); return; }
	now.replaceWith(document.adoptNode(fresh));
	window.htmx?.process(fresh);
}

for (const name of new Set([...all()].map((part) => part.dataset.follows))) on(name, () => changed(all(`="${name}"`)));

// Who missed too much sees everything anew: the parts, or the page, unless
// something was written there.
on('skipped', () => {
	missed = !all().length && !document.getElementById('fresh');
	changed(all());
	anew();
});

function anew() {
	const written = [...document.querySelectorAll('main input, main textarea')].some((field) => field.value !== field.defaultValue);
	if (missed && !written && !document.querySelector('dialog[open]')) location.reload();
}

// What was in use may be free now. A close does not bubble.
function freed() {
	if (due.size && !document.hidden) later();
	anew();
}
document.addEventListener('visibilitychange', freed);
document.addEventListener('focusout', freed);
document.addEventListener('close', freed, true);
