// The shop: the button says what it buys. A receipt is printed by a button, which
// is there with script alone; it may come while the page is open.

const form = document.getElementById('buy-form'), text = document.getElementById('buy-text');

function describe() {
	const chosen = form.querySelector('input[name=pack]:checked');
	if (chosen) text.textContent = chosen.dataset.do;
}

if (form) {
	describe();
	form.addEventListener('change', describe);
}
document.addEventListener('click', (event) => { if (event.target.closest('[data-print]')) print(); });
