// The shop: the button says what it buys, and a chosen currency needs no button
// of its own.

const form = document.getElementById('buy-form'), text = document.getElementById('buy-text');

function describe() {
	const chosen = form.querySelector('input[name=pack]:checked');
	if (chosen) text.textContent = chosen.dataset.do;
}

if (form) {
	describe();
	form.addEventListener('change', describe);
}
for (const f of document.querySelectorAll('form[data-submits]')) f.addEventListener('change', () => f.requestSubmit());
for (const b of document.querySelectorAll('[data-print]')) {
	b.hidden = false;
	b.addEventListener('click', () => print());
}
