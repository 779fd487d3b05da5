// What every page does beyond plain HTML. Nothing here is needed: links lead
// to pages and forms post without it.

import './copy.js';
import './follow.js';
import './part.js';
import { search } from './palette.js';

const panel = document.getElementById('panel');
const body = document.getElementById('panel-body');

// An amount that is asked where it comes from answers in the side panel. Only
// what was asked last is shown, and nothing once the panel was closed.
let asked = new AbortController();
panel?.addEventListener('close', () => asked.abort());
document.addEventListener('click', async (event) => {
	const link = event.target.closest('a[data-explain]');
	if (!link || link.closest('main #explanation') || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
	event.preventDefault();
	asked.abort();
	const { signal } = asked = new AbortController();
	try {
		const answer = await fetch(link.href, { headers: { 'X-Part': 'explain' }, signal });
		if (!answer.ok || answer.redirected) throw new Error(answer.status);
		const text = await answer.text();
		if (signal.aborted) return;
		body.innerHTML = text;
		if (!panel.open) panel.showModal();
		body.scrollTop = 0;
		body.focus();
	} catch {
		if (!signal.aborted) location.href = link.href;
	}
});

// A click beside the panel closes it.
panel?.addEventListener('click', (event) => { if (event.target === panel) panel.close(); });

// A form that moves money is sent once; its key makes that certain, and the
// button shows it. It can be sent again when the answer came into this page, or
// when the way to the next page was broken off.
document.addEventListener('submit', (event) => {
	const form = event.target.closest('form[data-once]');
	if (!form) return;
	if (form.dataset.sent) { event.preventDefault(); return; }
	form.dataset.sent = 'yes';
	for (const b of form.querySelectorAll('[type=submit]')) b.setAttribute('aria-disabled', 'true');
});
function free() {
	for (const form of document.querySelectorAll('form[data-once][data-sent]')) {
		delete form.dataset.sent;
		for (const b of form.querySelectorAll('[type=submit]')) b.removeAttribute('aria-disabled');
	}
}
addEventListener('pageshow', (event) => { if (event.persisted) free(); });
document.addEventListener('htmx:finally:request', free);
window.navigation?.addEventListener('navigateerror', free);

// Without a chosen theme the button switches away from what the system shows.
const theme = document.querySelector('#theme[data-unknown]');
const dark = matchMedia('(prefers-color-scheme: dark)');
function other() { theme.elements.theme.value = dark.matches ? 'light' : 'dark'; delete theme.dataset.unknown; }
if (theme) { other(); dark.addEventListener('change', other); }

// What went wrong with a form is what the reader should meet first.
document.getElementById('trouble')?.focus();

// An open menu closes when the attention goes elsewhere.
document.addEventListener('click', (event) => {
	for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target) && !event.target.closest('#more-pages')) menu.open = false;
});
document.addEventListener('keydown', (event) => {
	if (event.key === 'Escape') for (const menu of document.querySelectorAll('details.menu[open]')) { menu.open = false; menu.querySelector('summary').focus(); }
});
document.getElementById('more-pages')?.addEventListener('click', (event) => {
	event.preventDefault();
	const menu = document.getElementById('menu');
	menu.open = true;
	scrollTo({ top: 0, behavior: 'instant' });
	menu.querySelector('summary').focus();
});

// ---- dialogs, and keys that open them ----

const palette = document.getElementById('palette');
const keys = document.getElementById('keys');

for (const box of [palette, keys]) box?.addEventListener('click', (event) => { if (event.target === box) box.close(); });
function opens(link, box, ready) {
	document.getElementById(link)?.addEventListener('click', (event) => {
		if (event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		open(box, ready);
	});
}
function open(box, ready) {
	for (const menu of document.querySelectorAll('details.menu[open]')) menu.open = false;
	if (!box.open) box.showModal();
	ready?.();
}
opens('find-open', palette, search);
opens('keys-open', keys);

const typing = (node) => node.closest?.('input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]');
let going = 0; // until when a letter after g leads somewhere

document.addEventListener('keydown', (event) => {
	if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && palette) { event.preventDefault(); open(palette, search); return; }
	if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target) || 'noKeys' in document.body.dataset || document.querySelector('dialog[open]')) return;
	if (event.key === '?') { event.preventDefault(); open(keys); return; }
	if (event.key === 'g') { going = performance.now() + 1500; return; }
	if (performance.now() > going) return;
	going = 0;
	const link = keys.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
	if (link) { event.preventDefault(); event.stopImmediatePropagation(); location.href = link.href; }
}, true);

// ---- without a connection ----

// What moves money or changes anything waits for the connection, and says so.
const offline = document.getElementById('offline');
function connection() {
	offline.hidden = navigator.onLine;
	for (const button of document.querySelectorAll('main form[method=post] [type=submit]')) {
		if (navigator.onLine && button.dataset.offline !== undefined) { button.removeAttribute('aria-disabled'); delete button.dataset.offline; }
		else if (!navigator.onLine && !button.hasAttribute('aria-disabled')) { button.setAttribute('aria-disabled', 'true'); button.dataset.offline = ''; }
	}
}
addEventListener('online', connection);
addEventListener('offline', connection);
if (!navigator.onLine) connection();
document.addEventListener('submit', (event) => {
	if (navigator.onLine || event.target.method !== 'post') return;
	event.preventDefault();
	event.stopImmediatePropagation();
	offline.hidden = false;
	offline.scrollIntoView({ block: 'nearest' });
}, true);

document.addEventListener('htmx:after:swap', connection);
