// The tail of the events: what the page's stream brings goes to the top of the
// list. While it is paused, or somebody reads an open event, the list stands
// still, and grows when it goes on.

import { on } from './stream.js';

const list = document.getElementById('events');
const pause = document.getElementById('tail-pause');

if (list && pause && document.body.dataset.stream) {
	const light = document.getElementById('tail-light'), said = document.getElementById('tail-said');
	const longest = 300; // rows that the page keeps
	const apart = 5000; // ms between two sentences for a screen reader
	const held = [];
	let paused = false, came = 0, timer = 0;

	const stands = () => paused || list.querySelector('details[open]') || list.contains(document.activeElement);
	const news = (n) => pause.dataset.new.replace('{n}', n);

	const show = () => {
		const state = paused ? 'held' : document.body.dataset.connected ? 'on' : 'off';
		light.textContent = light.dataset[state];
		light.className = 'light' + { on: ' good', off: ' bad', held: '' }[state];
		pause.lastElementChild.textContent = (paused ? pause.dataset.go : pause.dataset.stop) + (held.length ? ' · ' + news(held.length) : '');
	};
	const add = (html) => {
		list.insertAdjacentHTML('afterbegin', html);
		list.firstElementChild.classList.add('event-fresh');
		while (list.children.length > longest) list.lastElementChild.remove();
		document.getElementById('event-empty').hidden = true;
	};
	const goOn = () => {
		if (!stands()) for (const html of held.splice(0)) add(html);
		show();
	};
	const say = () => {
		timer = 0;
		said.textContent = news(came);
		came = 0;
	};

	pause.dataset.stop = pause.lastElementChild.textContent;
	pause.hidden = false;
	pause.addEventListener('click', () => { paused = !paused; goOn(); });
	list.addEventListener('toggle', goOn, true);
	list.addEventListener('focusout', () => setTimeout(goOn)); // when the focus has arrived elsewhere
	on('event', (html) => {
		held.push(html);
		if (held.length > longest) held.shift();
		came++;
		timer ||= setTimeout(say, apart);
		goOn();
	});
	on('open', show);
	on('lost', show);
	show();
}
