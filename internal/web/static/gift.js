// The tray of a stage: taps and holds become combos. The form works without
// this file; with it nothing is shown as sent before the server has answered
// that it was.

import { listen, say, tell } from './feed.js';
import { calm, celebrate, restart } from './party.js';
import './share.js';

const stage = document.getElementById('stage');
const tray = document.getElementById('tray');
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

const byID = (id) => document.getElementById(id);
const form = () => byID('gift-form');

function chosen() {
	const f = form();
	const gift = f?.querySelector('input[name=gift]:checked');
	const quantity = f?.querySelector('input[name=quantity]:checked');
	if (!gift || !quantity) return null;
	return { value: gift.value, name: gift.dataset.name, emoji: gift.dataset.emoji, art: gift.dataset.art, price: Number(gift.dataset.price), streak: gift.dataset.streak === 'yes', quantity: Number(quantity.value) };
}

function money(units, currency, places, lang) {
	return new Intl.NumberFormat(lang, { style: 'currency', currency }).format(units / 10 ** places);
}

// describe writes what the choice costs and what the creator earns, or how
// many coins it lacks.
function describe() {
	const f = form(), c = chosen(), send = byID('send-text');
	if (!f || !c || !send) return;
	const lang = f.dataset.lang, coins = c.price * c.quantity;
	const [currency, places, ...packs] = f.dataset.packs.split(' ');
	let [unitCoins, unitPrice] = packs[0]?.split(':').map(Number) ?? [1, 0]; // where coins are not sold there is no price of them
	for (const p of packs) { const [n, price] = p.split(':').map(Number); if (n <= coins) [unitCoins, unitPrice] = [n, price]; }
	const [dn, dd, pn, pd, asset, assetPlaces] = f.dataset.rates.split(' ');
	const earned = Math.floor(Math.floor(coins * dn / dd) * pn / pd);
	const number = new Intl.NumberFormat(lang), plural = new Intl.PluralRules(lang);
	const inCoins = (n) => fill(plural.select(n) === 'one' ? f.dataset.coin : f.dataset.coins, { count: number.format(n) });
	send.textContent = fill('guest' in f.dataset ? f.dataset.signIn : f.dataset.send, { gift: c.name, count: number.format(c.quantity) });
	const missing = coins - Number(f.dataset.balance);
	const paid = Math.ceil(unitPrice * coins / unitCoins), guest = 'guest' in f.dataset;
	byID('cost').textContent = missing > 0 && !guest
		? fill(f.dataset.short, { coins: inCoins(missing) })
		: !packs.length ? inCoins(coins) : fill(asset === currency ? f.dataset.portion : f.dataset.cost, { coins: inCoins(coins), money: money(paid, currency, places, lang), earned: money(earned, asset, assetPlaces, lang), percent: number.format(Math.floor(100 * dn * pn * unitCoins / (dd * pd * unitPrice))) });
	if (guest) return;
	byID('to-topup').hidden = missing <= 0 || !byID('topup');
	byID('hold-hint').hidden = !c.streak || missing > 0;
}

// complain shows what went wrong; lost says that it is the connection, so that
// the words go when it is back.
function complain(text, lost = false) {
	const p = byID('gift-problem');
	if (!p) return;
	p.hidden = !text;
	p.textContent = text;
	p.dataset.lost = lost ? 'yes' : '';
}

function reached() { if (byID('gift-problem')?.dataset.lost) complain(''); }

// ---- the tray as the server sees it now ----

// part asks for the tray, such as with coins to buy, and puts it in place. The
// button that sends stays where it is on the screen, because a finger may be
// on it, and what had the keyboard's attention keeps it.
async function part(url, options = {}) {
	const answer = await fetch(url, { ...options, headers: { 'X-Part': 'tray', ...(options.headers ?? {}) } });
	if (!answer.headers.get('Content-Type')?.startsWith('text/html')) throw new Error(String(answer.status));
	const away = answer.headers.get('Refresh')?.split('url=')[1]; // the payment provider's page
	if (away) { location.href = away; return; }
	const text = await answer.text();
	if (text.startsWith('<!')) { location.href = answer.redirected ? answer.url : location.href; return; } // a whole page: another one
	const place = () => byID('send')?.getBoundingClientRect().top ?? 0;
	const inside = tray.contains(document.activeElement), focus = document.activeElement.id;
	const before = place(), scrolled = tray.querySelector('.gifts')?.scrollTop ?? 0;
	tray.innerHTML = text;
	const gifts = tray.querySelector('.gifts');
	if (gifts) gifts.scrollTop = scrolled;
	wire();
	if (before && place() && !tray.closest('dialog')) scrollBy({ top: place() - before, behavior: 'instant' });
	const trouble = byID('trouble');
	if (trouble) { trouble.focus(); return; } // it is read out, and shown
	if (inside) (byID(focus) ?? byID('send') ?? tray).focus({ preventScroll: true });
}

// path is the stage that the tray is about.
function path() { return form()?.dataset.path ?? location.pathname; }

function stageURL(c) { return path() + (c ? '?' + new URLSearchParams({ gift: c.value.split('@')[0], quantity: c.quantity }) : ''); }

// A button that pays does nothing in the first second: the tap or the key that
// meets it was on its way before anybody could read it. The button that sends
// is as deaf for a moment after coins were bought: that press was for the coins.
const unread = 1000;
let paysFrom = 0, sendsFrom = 0;

function tooEarly(event) {
	if (performance.now() >= paysFrom || !event.target.closest?.('#topup')) return;
	if (event.type === 'click' && !event.target.closest('button')) return;
	event.preventDefault();
	event.stopImmediatePropagation();
}
document.addEventListener('click', tooEarly, true);
document.addEventListener('submit', tooEarly, true);

// offer makes the coins to buy answer, but not yet.
function offer() {
	const box = byID('topup'), f = box?.querySelector('form[data-topup]');
	if (!box) return;
	paysFrom = performance.now() + unread;
	box.dataset.unread = 'yes';
	for (const b of box.querySelectorAll('button')) b.setAttribute('aria-disabled', 'true');
	setTimeout(() => {
		delete box.dataset.unread;
		for (const b of box.querySelectorAll('button')) b.removeAttribute('aria-disabled');
	}, unread);
	f?.addEventListener('submit', async (event) => {
		event.preventDefault();
		if (f.dataset.sent) return;
		f.dataset.sent = 'yes';
		const data = new URLSearchParams(new FormData(f, event.submitter)); // its key makes a second try harmless
		event.submitter?.setAttribute('aria-busy', 'true');
		await part(f.action, { method: 'POST', body: data }).then(bought, () => {
			delete f.dataset.sent;
			event.submitter?.removeAttribute('aria-busy');
			complain(document.body.dataset.problem, true);
		});
	});
}

// bought tells how many coins there are now, when the purchase is what the tray
// thanks for.
function bought() {
	const thanks = byID('bought'), balance = tray.querySelector('.balance');
	if (!thanks || !balance) return;
	sendsFrom = performance.now() + unread / 2;
	tell(thanks.textContent.trim() + ' ' + balance.textContent.trim());
	restart(balance, 'bump');
	const r = byID('send').getBoundingClientRect(); // on a phone the coins were bought below it
	if (!byID('send').contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2))) form().scrollIntoView({ block: 'end', behavior: 'instant' });
}

// ---- taps, in order, one at a time ----

const queue = [];
let sending = false;
let combo = null; // { id, seq, gift, until }

function tap() {
	const c = chosen();
	if (!c) return;
	if (asks(c)) return;
	if (away()) {
		refused();
		complain(byID('feed-state').textContent.trim(), true);
		return;
	}
	if (!c.streak && (sending || queue.length)) return; // one at a time, so that a double click is one gift
	queue.push(c);
	if (!sending) drain();
}

// away reports that the connection is lost: the page says that nothing is
// charged, so nothing is sent, neither anew nor again.
function away() { return Boolean(stage) && 'away' in stage.dataset; }

// asks opens the sheet in which a visitor signs in, and comes back to this gift.
function asks(c) {
	const guest = byID('guest');
	if (!guest) return false;
	const to = stageURL(c) + '#tray';
	for (const field of guest.querySelectorAll('input[name=to]')) field.value = to;
	for (const link of guest.querySelectorAll('a[data-to]')) link.href = link.dataset.to + '?' + new URLSearchParams({ to });
	if (!guest.open) guest.showModal();
	return true;
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
	if (!f || away()) return false;
	const data = new URLSearchParams({ gift: c.value, quantity: c.quantity, key: f.elements.key.value });
	let key = f.elements.key.value + '/' + c.value.split('@')[0] + '/' + c.quantity; // as the form without script makes it
	let mine = null; // the combo of this tap: when the answer comes there may be another one, or none
	if (c.streak) {
		if (!combo || combo.gift !== c.value || Date.now() > combo.until) combo = { id: newComboID(), seq: 0, gift: c.value, until: 0 };
		mine = combo;
		mine.seq++;
		data.set('combo', mine.id);
		data.set('seq', mine.seq);
		key = mine.id + ':' + mine.seq;
	}
	const answer = await post(f.action, data, key);
	if (answer?.ok) { accepted(c, answer, f, mine); return true; }
	if (answer?.code === 'gone' && c.streak) { combo = null; return give(c); } // the combo was over: this tap begins the next
	refused();
	if (!answer) return false;
	if (answer.code === 'auth_required') { location.href = '/sign-in?' + new URLSearchParams({ to: stageURL(c) + '#tray' }); return false; }
	if (answer.code === 'insufficient_balance') {
		complain('');
		await part(stageURL(c)).catch(() => complain(answer.detail));
		const title = byID('topup-title');
		if (title) tell(title.textContent + '. ' + (form()?.dataset.below ?? ''));
		return false;
	}
	complain(answer.title + ': ' + answer.detail);
	return false;
}

// patience is how long an answer may take before the button says that it
// waits, and after how long the tap is sent again.
const patience = 500, givenUp = 12000;

// post tries again with the same key when no answer came: the server answers
// the same, and nothing happens twice. It stops when the connection is lost, as
// the page says that nothing is charged then; what became of the last try is
// open until the connection is back.
let unanswered = false;

async function post(url, data, key) {
	const slow = setTimeout(() => waits(true), patience);
	try {
		for (let wait = 400; wait <= 3200 && !away(); wait *= 2) {
			try {
				const answer = await fetch(url, { method: 'POST', body: data, headers: { Accept: 'application/json', 'Idempotency-Key': key }, signal: AbortSignal.timeout(givenUp) });
				const value = await answer.json();
				unanswered = false;
				reached();
				if (answer.status < 500) return value;
				complain(value.title + ': ' + value.detail);
			} catch {
				unanswered = true;
				complain(form()?.dataset.lost ?? '', true);
			}
			await new Promise((done) => setTimeout(done, wait));
		}
	} finally {
		clearTimeout(slow);
		waits(false);
	}
	complain(document.body.dataset.problem, true);
	return null;
}

function waits(on) {
	const send = byID('send');
	if (!send) return;
	if (on) { send.setAttribute('aria-busy', 'true'); byID('send-text').textContent = form().dataset.sending; return; }
	if (send.hasAttribute('aria-busy')) { send.removeAttribute('aria-busy'); describe(); }
}

function accepted(c, answer, f, mine) {
	some = true;
	complain('');
	for (const n of tray.querySelectorAll('.notice.good')) n.remove(); // it was about the gift before
	f.dataset.balance = answer.balance;
	for (const n of document.querySelectorAll('[data-balance-text]')) n.textContent = answer.balance_text;
	if (c.streak) {
		mine.until = Date.now() + answer.combo_ms;
		const box = byID('combo'), count = byID('combo-count');
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
	if (!stage) celebrate({ combo: mine?.id ?? '', art: c.art, emoji: c.emoji, name: f.dataset.me, gift: c.name, count: answer.count, units: answer.total }); // elsewhere the feed brings it
}

// ---- holding ----

// The hold belongs to the page, not to the button: the button may be replaced
// under the finger, and its end must be heard all the same.
const untilHold = 350, betweenTaps = 180;
let begin = 0, repeat = 0;
let held = false; // the press was a hold, so the click at its end is no tap
let spent = false; // this press was refused: it does nothing more

function release() { clearTimeout(begin); clearInterval(repeat); begin = repeat = 0; }

function hold() {
	held = true;
	release();
	repeat = setInterval(() => { if (queue.length < 2) tap(); }, betweenTaps);
}

// given tells whether the visitor has given something since the page is there.
let some = false;
export const given = () => some;

// refused ends the combo, the hold and the taps that wait: coins that come
// later are not for them.
function refused() {
	release();
	spent = true;
	combo = null;
	queue.length = 0;
}

function press(event) {
	release();
	held = spent = false;
	if (event.button !== 0 || !event.target.closest?.('#send') || !chosen()?.streak) return;
	begin = setTimeout(hold, untilHold);
}

// keyed lets a key that is held be a combo, as a finger is. It never buys, and
// it chooses nothing again and again.
function keyed(event) {
	if (event.target.id === 'send' && performance.now() < sendsFrom) { event.preventDefault(); return; }
	if (!event.repeat) { release(); held = spent = false; return; }
	if ((event.key !== 'Enter' && event.key !== ' ') || !tray.contains(event.target)) return;
	event.preventDefault();
	if (event.target.id === 'send' && !spent && !repeat && chosen()?.streak) hold();
}

function wireHold() {
	addEventListener('pointerdown', press);
	for (const end of ['pointerup', 'pointercancel', 'blur', 'pagehide', 'keyup']) addEventListener(end, release);
	document.addEventListener('visibilitychange', release);
	document.addEventListener('keydown', keyed, true);
	addEventListener('pointerout', (event) => { if (event.target.closest?.('#send') && !event.relatedTarget?.closest?.('#send')) release(); });
	addEventListener('contextmenu', (event) => {
		if (event.pointerType !== 'mouse' && event.target.closest?.('#send')) event.preventDefault(); // a long touch is a hold
		else release();
	});
}

// showChosen scrolls the list of gifts, and nothing else, to the chosen one.
function showChosen() {
	const list = tray.querySelector('.gifts'), tile = list?.querySelector('.tile:has(input:checked)');
	if (!tile) return;
	const from = tile.offsetTop - list.offsetTop, to = from + tile.offsetHeight;
	if (from < list.scrollTop || to > list.scrollTop + list.clientHeight) list.scrollTop = from - 8;
}

// wire makes the tray that stands there now answer.
function wire() {
	const f = form();
	release();
	describe();
	offer();
	showChosen();
	if (!f) return;
	f.addEventListener('change', () => {
		byID('topup')?.remove(); // it was about another gift
		complain('');
		describe();
	});
	f.addEventListener('submit', (event) => {
		event.preventDefault();
		if (held) { held = false; return; }
		if (performance.now() >= sendsFrom) tap();
	});
}

// connected and disconnected switch gifts on and off with the stream: who does
// not see the room does not pay into it. A stream may open while the browser
// says already that there is no network; then gifts wait for that, too.
function connected() {
	delete stage.dataset.away;
	if (navigator.onLine) byID('send')?.removeAttribute('aria-disabled');
	reached();
	if (unanswered) settle().catch(() => {});
}

// settle shows what the wallet holds after a gift that was never answered: it
// may have been given. The form keeps its key, so who sends the gift again
// gives it once.
async function settle() {
	const key = form()?.elements.key.value;
	await part(stageURL(chosen()));
	if (key && form()) form().elements.key.value = key;
	unanswered = false;
}

function disconnected() {
	stage.dataset.away = '';
	refused();
	byID('send')?.setAttribute('aria-disabled', 'true');
}

// ended puts what is left of a LIVE in place: its summary, and a closed tray.
function ended() {
	part(location.pathname).catch(() => {});
	fetch(location.pathname, { headers: { 'X-Part': 'screen' } }).then(async (answer) => {
		if (answer.ok) byID('screen').innerHTML = await answer.text();
	}).catch(() => {});
}

// openTray brings the tray of a stage into a sheet over another page.
export async function openTray(sheet, stagePath) {
	try {
		if (form()?.dataset.path !== stagePath) tray.replaceChildren();
		await part(stagePath);
	} catch {
		location.href = stagePath + '#tray';
		return;
	}
	if (!sheet.open && tray.firstChild) sheet.showModal();
	tray.focus({ preventScroll: true });
}

if (tray) wireHold();
if (stage && tray) {
	wire();
	addEventListener('online', reached);
	const way = document.querySelector('.to-tray'); // needed where the tray is not
	if (way) new IntersectionObserver(([tray]) => { way.toggleAttribute('data-there', tray.isIntersecting); }, { threshold: 0.2 }).observe(tray);
	listen(stage, { back: connected, lost: disconnected, over: ended });
	addEventListener('online', () => { if (!away()) byID('send')?.removeAttribute('aria-disabled'); });
	// A picture that moves by itself stands still for who asked for calm.
	if (calm.matches) document.querySelector('.screen video[autoplay]')?.pause();
}
