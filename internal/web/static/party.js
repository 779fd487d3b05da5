// The party: a gift slides in as a card with its drawing, and particles fly,
// the more of them the more it cost. Bursts are at least 400 ms apart, so
// nothing flashes more than three times a second, and each ends by itself.
// For who asked for calm the card stands still and nothing flies.

export const calm = matchMedia('(prefers-reduced-motion: reduce)');

// restart plays an animation from its beginning.
export function restart(node, name) {
	if (calm.matches) return;
	node.classList.remove(name);
	void node.offsetWidth;
	node.classList.add(name);
}

// art is the drawing of a gift, or its emoji.
export function art(item) {
	if (!item.art) {
		const emoji = document.createElement('span');
		emoji.className = 'art emoji';
		emoji.setAttribute('aria-hidden', 'true');
		emoji.textContent = item.emoji || '🎁';
		return emoji;
	}
	const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg'), use = document.createElementNS('http://www.w3.org/2000/svg', 'use');
	svg.setAttribute('class', 'art');
	svg.setAttribute('aria-hidden', 'true');
	use.setAttribute('href', item.art);
	svg.append(use);
	return svg;
}

// sizes are how a gift is celebrated, by the coins of the whole combo.
const sizes = [
	{ name: 'large', from: 1000, particles: 120, spread: 1.5, lasts: 5200 },
	{ name: 'medium', from: 100, particles: 44, spread: 1, lasts: 4200 },
	{ name: 'small', from: 0, particles: 14, spread: 0.6, lasts: 3500 },
];

const cards = new Map();
const most = 3; // cards that stand over the stage at once

// celebrate shows a gift, or how far a combo is.
export function celebrate(item) {
	const box = document.getElementById('fireworks');
	if (!box) return;
	const id = item.combo || 'once' + Math.random(), size = sizes.find((s) => item.units >= s.from) ?? sizes[2];
	let c = cards.get(id);
	if (!c) {
		c = card(item);
		box.append(c);
		cards.set(id, c);
		while (box.children.length > most) drop(box.firstChild);
	}
	const grown = c.dataset.size !== size.name;
	c.dataset.size = size.name;
	c.lastChild.textContent = '×' + item.count;
	restart(c.lastChild, 'bump');
	clearTimeout(c.timer);
	c.timer = setTimeout(() => drop(c), size.lasts);
	if (grown && size.name === 'large') star(item);
	burst(size.name === 'large' ? null : c, size);
}

function card(item) {
	const c = document.createElement('div'), told = document.createElement('span'), who = document.createElement('strong'), what = document.createElement('span'), times = document.createElement('span');
	c.className = 'burst';
	told.className = 'told';
	times.className = 'times';
	who.textContent = item.name;
	what.textContent = item.gift;
	told.append(who, what);
	c.append(art(item), told, times);
	return c;
}

function drop(c) {
	clearTimeout(c.timer);
	for (const [id, other] of cards) if (other === c) cards.delete(id);
	c.remove();
}

// star is the drawing of a large gift in the middle of the stage.
function star(item) {
	const canvas = document.getElementById('particles');
	if (calm.matches || !canvas) return;
	document.querySelector('.star')?.remove();
	const s = document.createElement('div');
	s.className = 'star';
	s.setAttribute('aria-hidden', 'true');
	s.append(art(item));
	s.addEventListener('animationend', () => s.remove());
	canvas.before(s);
}

// ---- particles ----

const colours = ['#ff3f8e', '#ffc933', '#18b5a6', '#7446e8', '#2fa8ff', '#ff8a3d'];
const apart = 400; // ms between two bursts
const crowd = 260; // particles at once
let flying = [], last = 0, frame = 0, before = 0;

function burst(from, size) {
	const canvas = document.getElementById('particles'), now = performance.now();
	if (calm.matches || !canvas || document.hidden || now - last < apart) return;
	last = now;
	const box = canvas.getBoundingClientRect(), scale = Math.min(devicePixelRatio || 1, 2);
	if (!box.width) return;
	if (!flying.length) { canvas.width = box.width * scale; canvas.height = box.height * scale; }
	const r = from?.firstChild.getBoundingClientRect();
	const x = r ? r.x + r.width / 2 - box.x : box.width / 2, y = r ? r.y + r.height / 2 - box.y : box.height * 0.45;
	for (let n = 0; n < size.particles && flying.length < crowd; n++) {
		const way = Math.random() * 2 * Math.PI, speed = (120 + Math.random() * 300) * size.spread;
		flying.push({ x, y, vx: Math.cos(way) * speed, vy: Math.sin(way) * speed - 140 * size.spread, turn: Math.random() * 6, spin: (Math.random() - 0.5) * 12,
			wide: 5 + Math.random() * 6, kind: n % 3, colour: colours[n % colours.length], left: 0.9 + Math.random() * 0.9 });
	}
	if (!frame) { before = now; frame = requestAnimationFrame((at) => fly(at, canvas, scale)); }
}

function fly(at, canvas, scale) {
	const step = Math.min((at - before) / 1000, 0.05), g = canvas.getContext('2d');
	before = at;
	g.setTransform(scale, 0, 0, scale, 0, 0);
	g.clearRect(0, 0, canvas.width, canvas.height);
	flying = flying.filter((p) => (p.left -= step) > 0);
	for (const p of flying) {
		p.vy += 520 * step;
		p.vx *= 1 - 1.4 * step;
		p.vy *= 1 - 0.9 * step;
		p.x += p.vx * step;
		p.y += p.vy * step;
		p.turn += p.spin * step;
		g.globalAlpha = Math.min(1, p.left * 1.6);
		g.fillStyle = p.colour;
		g.save();
		g.translate(p.x, p.y);
		g.rotate(p.turn);
		if (p.kind === 0) { g.beginPath(); g.arc(0, 0, p.wide / 2, 0, 7); g.fill(); } else if (p.kind === 1) g.fillRect(-p.wide / 2, -p.wide / 4, p.wide, p.wide / 2);
		else { g.beginPath(); for (let k = 0; k < 8; k++) { const d = k % 2 ? p.wide * 0.28 : p.wide * 0.8; g.lineTo(Math.cos(k * Math.PI / 4) * d, Math.sin(k * Math.PI / 4) * d); } g.fill(); }
		g.restore();
	}
	if (flying.length) frame = requestAnimationFrame((next) => fly(next, canvas, scale));
	else { frame = 0; g.clearRect(0, 0, canvas.width, canvas.height); }
}
