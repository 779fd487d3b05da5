// What a page of figures does when something happens: it says so, calmly, and
// leaves it to the reader when to look. The link that it shows works like any
// other; no list on the page moves by itself.

import { on } from './stream.js';

const chip = () => document.getElementById('fresh');
const apart = 4000; // ms between two sentences: the link is read out
let gifts = 0, timer = 0;

// A gift counts once, whatever its quantity, and so does a combo, at its end.
on('creator', (type) => {
	if (type === 'gift.sent' || type === 'gift.combo.ended') gifts++;
	timer ||= setTimeout(() => { timer = 0; say(); }, chip()?.hidden ? 0 : apart);
});
on('skipped', say);

function say() {
	const link = chip();
	if (!link) return;
	const { one, other } = link.dataset, said = link.querySelector('[role=status]');
	const text = gifts === 0 ? link.dataset.else : gifts === 1 ? one : other.replace('{n}', gifts.toLocaleString(document.documentElement.lang));
	if (said.textContent !== text) said.textContent = text;
	link.href = location.href; // filters may have changed it
	link.setAttribute('hx-get', location.pathname + location.search);
	link.hidden = false;
}

// What the link has brought is where the reader goes on.
document.addEventListener('htmx:after:swap', (event) => {
	if (event.target.id !== 'fresh' && event.target.id !== 'hub') return;
	clearTimeout(timer);
	gifts = timer = 0;
	const link = chip(), part = document.getElementById(link?.dataset.brings);
	if (!part) return;
	link.hidden = true;
	part.focus({ preventScroll: true });
});
