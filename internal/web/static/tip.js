// The sheet of a tip: another choice shows its price at once. The server works it
// out, so that it is the one that is charged.

import { fetched } from './part.js';

const form = document.getElementById('tip-form');
let wait = 0, latest = 0;

async function price() {
	const mine = ++latest, chosen = new FormData(form), asks = new URLSearchParams();
	for (const name of ['amount', 'custom', 'cover', 'currency', 'target']) if (chosen.get(name)) asks.set(name, chosen.get(name));
	try {
		const fresh = (await fetched(form.getAttribute('action') + '?' + asks)).getElementById('tip-price');
		if (mine === latest && fresh) document.getElementById('tip-price').replaceChildren(...fresh.childNodes);
	} catch { /* sending the form shows the price first */ }
}

if (form) {
	const own = form.querySelector('input[value=own]'), custom = document.getElementById('tip-custom');
	custom.addEventListener('input', () => {
		own.checked = true;
		clearTimeout(wait);
		wait = setTimeout(price, 250);
	});
	own.closest('label').addEventListener('click', e => { if (e.detail) custom.focus(); }); // a pointer; the arrows of a keyboard pass by
	form.addEventListener('change', ({ target }) => {
		if (target.name === 'amount' || target.name === 'cover') price();
	});
}
