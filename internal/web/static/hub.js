// What a creator's first page does when something happens: it says so, calmly,
// and leaves it to the reader when to look. The link that it shows works like
// any other; nothing on the page moves by itself.
import { on } from './stream.js';

let gifts = 0;

// A gift counts once, whatever its quantity, and so does a combo, at its end.
on('creator', (type) => {
	if (type === 'gift.sent' || type === 'gift.combo.ended') gifts++;
	const chip = document.getElementById('fresh');
	if (!chip) return;
	const { one, other } = chip.dataset;
	const text = gifts === 0 ? chip.dataset.else : gifts === 1 ? one : other.replace('{n}', gifts.toLocaleString(document.documentElement.lang));
	chip.querySelector('[role=status]').textContent = text;
	chip.hidden = false;
});

document.addEventListener('click', (event) => { if (event.target.closest('#fresh')) gifts = 0; });
