// The tray and the feed of a stage: taps become combos, and gifts appear as
// they are accepted. The form works without this file; with it nothing is
// shown as sent before the server has answered that it was.

const stage = document.getElementById('stage');
const tray = document.getElementById('tray');
const calm = matchMedia('(prefers-reduced-motion: reduce)');
const digits = '0123456789abcdefghjkmnpqrstvwxyz'; // Crockford's

// newComboID makes cmb_ and the 26 characters of a UUIDv7.
export function newComboID(now = Date.now()) {
	const random = crypto.getRandomValues(new Uint8Array(10));
	let n = BigInt(now) << 80n;
	for (let i = 0; i < 10; i++) n |= BigInt(random[i]) << BigInt(8 * (9 - i));
	n = (n & ~(0xfn << 76n)) | (0x7n << 76n); // version 7
	n = (n & ~(0x3n << 62n)) | (0x2n << 62n); // variant
	let text = '';
	for (let i = 0; i < 26; i++) { text = digits[Number(n & 31n)] + text; n >>= 5n; }
	return 'cmb_' + text;
}

function fill(text, values) { return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? ''); }

// ---- the tray ----

const form = () => document.getElementById('gift-form');

function chosen() {
	const f = form();
	const gift = f?.querySelector('input[name=gift]:checked');
	const quantity = f?.querySelector('input[name=quantity]:checked');
	if (!gift || !quantity) return null;
	return { value: gift.value, name: gift.dataset.name, emoji: gift.dataset.emoji, price: Number(gift.dataset.price), streak: gift.dataset.streak === 'yes', quantity: Number(quantity.value) };
}

function money(units, currency, places, lang) {
	return new Intl.NumberFormat(lang, { style: 'currency', currency }).format(units / 10 ** places);
}

// describe writes what the choice costs and what the creator earns.
function describe() {
	const f = form(), c = chosen(), send = document.getElementById('send-text');
	if (!f || !c || !send) return;
	const lang = f.dataset.lang, coins = c.price * c.quantity;
	const [currency, places, ...packs] = f.dataset.packs.split(' ');
	let [unitCoins, unitPrice] = packs[0]?.split(':').map(Number) ?? [1, 0];
	for (const p of packs) { const [n, price] = p.split(':').map(Number); if (n <= coins) [unitCoins, unitPrice] = [n, price]; }
	const [dn, dd, pn, pd, asset, assetPlaces] = f.dataset.rates.split(' ');
	const earned = Math.floor(Math.floor(coins * dn / dd) * pn / pd);
	const number = new Intl.NumberFormat(lang), plural = new Intl.PluralRules(lang);
	const inCoins = (n) => fill(plural.select(n) === 'one' ? f.dataset.coin : f.dataset.coins, { count: number.format(n) });
	send.textContent = fill(c.streak ? f.dataset.tap : f.dataset.send, { emoji: c.emoji, gift: c.name, count: number.format(c.quantity) });
	const balance = Number(f.dataset.balance);
	document.getElementById('cost').textContent = coins > balance && !document.getElementById('topup')
		? fill(f.dataset.short, { coins: inCoins(coins - balance) })
		: fill(f.dataset.cost, { coins: inCoins(coins), money: money(Math.ceil(unitPrice * coins / unitCoins), currency, places, lang), earned: money(earned, asset, assetPlaces, lang) });
}

// part asks for the tray as the server sees it now, such as with coins to buy.
async function part(url, options = {}) {
	const answer = await fetch(url, { ...options, headers: { 'X-Part': 'tray', ...(options.headers ?? {}) } });
	if (!answer.headers.get('Content-Type')?.startsWith('text/html')) throw new Error(String(answer.status));
	const text = await answer.text();
	if (text.startsWith('<!')) { location.href = answer.redirected ? answer.url : location.href; return; } // a whole page: another one
	tray.innerHTML = text;
	wire();
}

function complain(text) {
	const p = document.getElementById('gift-problem');
	if (!p) return;
	p.hidden = !text;
	p.textContent = text;
}

function restart(node, name) {
	if (calm.matches) return;
	node.classList.remove(name);
	void node.offsetWidth;
	node.classList.add(name);
}

// ---- taps, in order, one at a time ----

const queue = [];
let sending = false;
let combo = null; // { id, seq, gift, until }

function tap() {
	const c = chosen();
	if (!c) return;
	if (!c.streak && (sending || queue.length)) return; // one at a time, so that a double click is one gift
	queue.push(c);
	if (!sending) drain();
}

async function drain() {
	sending = true;
	try {
		while (queue.length) if (!await give(queue.shift())) queue.length = 0;
	} finally {
		sending = false;
	}
}

async function give(c) {
	const f = form();
	if (!f) return false;
	const data = new URLSearchParams({ gift: c.value, quantity: c.quantity, key: f.elements.key.value });
	let key = f.elements.key.value + '/' + c.value.split('@')[0] + '/' + c.quantity; // as the form without script makes it
	if (c.streak) {
		if (!combo || combo.gift !== c.value || Date.now() > combo.until) combo = { id: newComboID(), seq: 0, gift: c.value, until: 0 };
		combo.seq++;
		data.set('combo', combo.id);
		data.set('seq', combo.seq);
		key = combo.id + ':' + combo.seq;
	}
	const answer = await post(f.action, data, key);
	if (!answer) return false;
	if (answer.ok) { accepted(c, answer, f); return true; }
	if (answer.code === 'gone' && c.streak) { combo = null; return give(c); } // the combo was over: this tap begins the next
	combo = null;
	if (answer.code === 'auth_required') { location.href = '/sign-in?' + new URLSearchParams({ to: location.pathname }); return false; }
	if (answer.code === 'insufficient_balance') {
		await part(stageURL(c)).catch(() => complain(answer.detail));
		document.getElementById('topup')?.scrollIntoView({ block: 'nearest' });
		document.querySelector('#topup button')?.focus();
		return false;
	}
	complain(answer.title + ': ' + answer.detail);
	return false;
}

function stageURL(c) { return location.pathname + '?' + new URLSearchParams({ gift: c.value.split('@')[0], quantity: c.quantity }); }

// post tries again with the same key when no answer came: the server answers
// the same, and nothing happens twice.
async function post(url, data, key) {
	for (let wait = 400; wait <= 3200; wait *= 2) {
		try {
			const answer = await fetch(url, { method: 'POST', body: data, headers: { Accept: 'application/json', 'Idempotency-Key': key } });
			const value = await answer.json();
			if (answer.status < 500) return value;
			complain(value.title + ': ' + value.detail);
		} catch {
			complain(form()?.dataset.lost ?? '');
		}
		await new Promise((done) => setTimeout(done, wait));
	}
	complain(document.body.dataset.problem);
	combo = null;
	return null;
}

function accepted(c, answer, f) {
	complain('');
	for (const n of tray.querySelectorAll('.notice.good')) n.remove(); // it was about the gift before
	f.dataset.balance = answer.balance;
	for (const n of document.querySelectorAll('[data-balance-text]')) n.textContent = answer.balance_text;
	if (c.streak) {
		combo.until = Date.now() + answer.combo_ms;
		const box = document.getElementById('combo'), count = document.getElementById('combo-count');
		box.hidden = false;
		count.textContent = '×' + answer.count;
		restart(count, 'bump');
		clearTimeout(accepted.timer);
		accepted.timer = setTimeout(() => { box.hidden = true; }, answer.combo_ms);
	} else {
		f.elements.key.value = 'frm_' + newComboID().slice(4); // the next gift is another one
		say(fill(f.dataset.done, { gift: c.name, count: c.quantity }));
	}
	describe();
}

// wire makes the tray that stands there now answer to taps and holds.
function wire() {
	const f = form();
	describe();
	if (!f) return;
	f.addEventListener('change', describe);
	const send = document.getElementById('send');
	let hold, repeat, held = false;
	f.addEventListener('submit', (event) => {
		event.preventDefault();
		if (held) { held = false; return; }
		tap();
	});
	if (!send) return;
	const release = () => { clearTimeout(hold); clearInterval(repeat); };
	send.addEventListener('pointerdown', (event) => {
		held = false;
		if (event.button !== 0 || !chosen()?.streak) return;
		hold = setTimeout(() => {
			held = true;
			repeat = setInterval(() => { if (queue.length < 2) tap(); }, 180);
		}, 350);
	});
	for (const end of ['pointerup', 'pointerleave', 'pointercancel', 'blur']) send.addEventListener(end, release);
	send.addEventListener('contextmenu', (event) => event.preventDefault());
	const topUp = document.querySelector('form[data-topup]');
	topUp?.addEventListener('submit', async (event) => {
		event.preventDefault();
		const data = new URLSearchParams(new FormData(topUp, event.submitter));
		for (const b of topUp.querySelectorAll('button')) b.disabled = true;
		await part(topUp.action, { method: 'POST', body: data }).catch(() => { location.href = stageURL(chosen()); });
	});
}

// ---- the feed ----

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
function say(text) {
	waiting = text;
	if (quiet) return;
	const speak = () => {
		if (!waiting) { quiet = 0; return; }
		document.getElementById('said').textContent = waiting;
		waiting = '';
		quiet = setTimeout(speak, 4000);
	};
	speak();
}

function listen() {
	const source = new EventSource(stage.dataset.events);
	const state = document.getElementById('feed-state');
	source.onopen = () => { state.hidden = true; stage.dataset.connected = 'yes'; };
	source.onerror = () => { state.hidden = false; };
	source.addEventListener('line', (event) => {
		const item = JSON.parse(event.data);
		if (item.kind === 'live_end') {
			say(item.text);
			source.close();
			part(location.pathname).catch(() => {});
			return;
		}
		line(item);
		if (item.kind !== 'combo_end') burst(item);
		say(item.text);
	});
}

if (stage && tray) {
	wire();
	listen();
	// A picture that moves by itself stands still for who asked for calm.
	if (calm.matches) document.querySelector('.screen video[autoplay]')?.pause();
}
