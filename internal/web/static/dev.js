// The tail of the events: what the page's stream brings goes to the top of the
// list. While it is paused, or somebody reads an open event, the list grows only
// when asked to.
import { on } from './stream.js';

const list = document.getElementById('events');
const pause = document.getElementById('tail-pause');

if (list && pause && document.body.dataset.stream) {
	const light = document.getElementById('tail-light');
	const longest = 300; // rows that the page keeps
	const held = [];
	let paused = false;

	const show = () => {
		const state = paused ? 'held' : document.body.dataset.connected ? 'on' : 'off';
		light.textContent = light.dataset[state];
		light.className = 'light' + { on: ' good', off: ' bad', held: '' }[state];
		pause.lastElementChild.textContent = !paused ? pause.dataset.stop : pause.dataset.go + (held.length ? ' · ' + pause.dataset.new.replace('{n}', held.length) : '');
	};
	const add = (html) => {
		list.insertAdjacentHTML('afterbegin', html);
		list.firstElementChild.classList.add('event-fresh');
		while (list.children.length > longest) list.lastElementChild.remove();
		document.getElementById('event-empty').hidden = true;
	};

	pause.dataset.stop = pause.lastElementChild.textContent;
	pause.hidden = false;
	pause.addEventListener('click', () => {
		paused = !paused;
		if (!paused) for (const html of held.splice(0)) add(html);
		show();
	});
	on('event', (html) => {
		if (!paused) add(html);
		else { held.push(html); if (held.length > longest) held.shift(); }
		show();
	});
	on('open', show);
	on('lost', show);
	show();
}

// A choice of the filter needs no button.
document.querySelector('#event-filter select')?.addEventListener('change', (event) => event.target.form.requestSubmit());
