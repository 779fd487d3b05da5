// What every page does beyond plain HTML. Nothing here is needed: links lead
// to pages and forms post without it.

import './stream.js';

const panel = document.getElementById('panel');
const body = document.getElementById('panel-body');

// An amount that is asked where it comes from answers in the side panel.
document.addEventListener('click', async (event) => {
	const link = event.target.closest('a[data-explain]');
	if (!link || link.closest('main #explanation') || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
	event.preventDefault();
	try {
		const answer = await fetch(link.href, { headers: { 'X-Part': 'explain' } });
		if (!answer.ok || answer.redirected) throw new Error(answer.status);
		body.innerHTML = await answer.text();
		if (!panel.open) panel.showModal();
		body.scrollTop = 0;
		body.focus();
	} catch {
		location.href = link.href;
	}
});

// A click beside the panel closes it.
panel?.addEventListener('click', (event) => { if (event.target === panel) panel.close(); });

// A form that moves money is sent once; its key makes that certain, and the
// button shows it.
document.addEventListener('submit', (event) => {
	const form = event.target.closest('form[data-once]');
	if (!form) return;
	if (form.dataset.sent) { event.preventDefault(); return; }
	form.dataset.sent = 'yes';
	form.querySelector('[type=submit]').setAttribute('aria-disabled', 'true');
});
addEventListener('pageshow', (event) => {
	if (!event.persisted) return;
	for (const form of document.querySelectorAll('form[data-once]')) {
		delete form.dataset.sent;
		form.querySelector('[type=submit]').removeAttribute('aria-disabled');
	}
});

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
function search() {
	const field = palette.querySelector('input[name=q]');
	field.value = '';
	field.focus();
	field.dispatchEvent(new Event('input', { bubbles: true }));
}
opens('find-open', palette, search);
opens('keys-open', keys);

// In the palette the arrows go through what was found, and Enter opens it.
palette?.addEventListener('keydown', (event) => {
	const hits = [...palette.querySelectorAll('.hits a')];
	const at = hits.findIndex((a) => a.classList.contains('at') || a === document.activeElement);
	if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
		event.preventDefault();
		hits[at]?.classList.remove('at');
		const next = hits[(at + (event.key === 'ArrowDown' ? 1 : -1) + hits.length) % hits.length] ?? hits[0];
		next?.classList.add('at');
		next?.scrollIntoView({ block: 'nearest' });
	} else if (event.key === 'Enter' && event.target.name === 'q' && hits.length) {
		event.preventDefault();
		(hits[at] ?? hits[0]).click();
	}
});

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

// A part of a page that could not be loaded says so where the page begins; it
// has charged nothing.
function lost() {
	const place = document.getElementById('lost');
	const p = document.createElement('p');
	p.className = 'notice bad';
	p.setAttribute('role', 'alert');
	p.textContent = document.body.dataset.problem;
	place.replaceChildren(p);
	p.scrollIntoView({ block: 'nearest' });
}
document.addEventListener('htmx:error', lost);
document.addEventListener('htmx:after:swap', () => { document.getElementById('lost')?.replaceChildren(); connection(); });

// A button that copies says that it has.
document.addEventListener('click', async (event) => {
	const button = event.target.closest('[data-copy]');
	if (!button) return;
	await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
	const said = button.querySelector('.said') ?? button;
	const before = said.textContent;
	said.textContent = button.dataset.copied;
	setTimeout(() => { said.textContent = before; }, 2000);
});

// The same for what is fetched first.
document.addEventListener('click', async (event) => {
	const button = event.target.closest('[data-copy-from]');
	if (!button) return;
	const answer = await fetch(button.dataset.copyFrom, { headers: { Accept: 'application/json' } });
	if (!answer.ok) { location.href = button.dataset.copyFrom; return; }
	await navigator.clipboard.writeText(JSON.stringify(await answer.json(), null, 2));
	const said = button.querySelector('.said') ?? button;
	const before = said.textContent;
	said.textContent = button.dataset.copied;
	setTimeout(() => { said.textContent = before; }, 2000);
});
