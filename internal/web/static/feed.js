// The feed of a stage: gifts appear as they are accepted, over the picture and
// in the list, and a screen reader is told.

export const calm = matchMedia('(prefers-reduced-motion: reduce)');

// restart plays an animation from its beginning.
export function restart(node, name) {
	if (calm.matches) return;
	node.classList.remove(name);
	void node.offsetWidth;
	node.classList.add(name);
}

const list = document.getElementById('feed');
const longest = 60; // lines that the page keeps

function line(item) {
	let li = item.combo && list.querySelector(`[data-combo="${CSS.escape(item.combo)}"]`);
	if (!li) {
		li = document.createElement('li');
		const emoji = document.createElement('span'), said = document.createElement('span');
		emoji.className = 'emoji';
		emoji.setAttribute('aria-hidden', 'true');
		said.className = 'said';
		li.append(emoji, said);
		if (item.combo) li.dataset.combo = item.combo;
		list.prepend(li);
		while (list.children.length > longest) list.lastChild.remove();
	}
	li.firstChild.textContent = item.emoji ?? '';
	li.lastChild.textContent = item.text;
	document.getElementById('feed-empty').hidden = true;
}

const bursts = new Map();

// burst shows a gift over the picture. With reduced motion it is a card that
// stands still; the style sheet sees to that.
function burst(item) {
	const box = document.getElementById('fireworks'), id = item.combo || 'once' + Math.random();
	let b = bursts.get(id);
	if (!b) {
		b = document.createElement('div');
		b.className = 'burst';
		for (const name of ['emoji', 'who', 'times']) { const s = document.createElement('span'); s.className = name; b.append(s); }
		box.append(b);
		bursts.set(id, b);
		if (box.children.length > 3) { const first = box.firstChild; for (const [k, v] of bursts) if (v === first) bursts.delete(k); first.remove(); }
	}
	b.children[0].textContent = item.emoji ?? '🎁';
	b.children[1].textContent = item.name;
	b.children[2].textContent = '×' + item.count;
	restart(b.children[2], 'bump');
	clearTimeout(b.timer);
	b.timer = setTimeout(() => { b.remove(); bursts.delete(id); }, 3500);
}

// say tells a screen reader, at most every four seconds.
let waiting = '', quiet = 0;
export function say(text) {
	waiting = text;
	if (!quiet) speak();
}

// tell says at once what must not get lost among gifts.
export function tell(text) {
	clearTimeout(quiet);
	waiting = text;
	speak();
}

function speak() {
	if (!waiting) { quiet = 0; return; }
	document.getElementById('said').textContent = waiting;
	waiting = '';
	quiet = setTimeout(speak, 4000);
}

// listen follows the stage's events; back is called when the connection stands
// (again), over when the LIVE has ended.
export function listen(stage, { back, over }) {
	const source = new EventSource(stage.dataset.events);
	const state = document.getElementById('feed-state');
	source.onopen = () => { state.hidden = true; stage.dataset.connected = 'yes'; back(); };
	source.onerror = () => { state.hidden = false; };
	source.addEventListener('watching', (event) => {
		const count = document.getElementById('watching');
		if (count) count.textContent = JSON.parse(event.data);
	});
	source.addEventListener('line', (event) => {
		const item = JSON.parse(event.data);
		if (item.kind === 'live_end') {
			say(item.text);
			source.close();
			over();
			return;
		}
		line(item);
		if (item.kind !== 'combo_end') burst(item);
		say(item.text);
	});
}
