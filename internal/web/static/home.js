// The feed: what is in view plays, the next is fetched, and keys, buttons and
// swipes go through it. Scrolling itself is the browser's.

import { calm } from './party.js';
import { openTray } from './gift.js';
import { share } from './share.js';

const reel = document.getElementById('reel');
const sheet = document.getElementById('gift-sheet');
const begun = location.pathname + location.search; // the page of the feed that was opened
let at = null; // the slide in view
let sound = sessionStorage.getItem('sound') === 'on';

const slides = () => [...reel.children];
const near = (slide, step) => slides()[slides().indexOf(slide) + step];
const picture = (slide) => slide?.querySelector('video');

// ---- what plays ----

// halted notes that a slide stands still, or no longer does.
function halted(slide, yes) {
	slide.toggleAttribute('data-paused', yes);
	slide.querySelector('[data-pause]')?.setAttribute('aria-pressed', String(yes));
}

function play(slide) {
	const video = picture(slide);
	if (!video) return;
	video.muted = !sound;
	halted(slide, false);
	video.play().catch(() => {
		if (video.muted) { halted(slide, true); return; } // not allowed at all: the visitor begins it
		video.muted = true; // not allowed with sound before the first touch
		shown();
		video.play().catch(() => halted(slide, true));
	});
}

function toggle(slide) {
	const video = picture(slide);
	if (!video) return;
	if (video.paused) { play(slide); return; }
	video.pause();
	halted(slide, true);
}

function hear() {
	sound = !sound;
	sessionStorage.setItem('sound', sound ? 'on' : 'off');
	const video = picture(at);
	if (video) video.muted = !sound;
	shown();
}

// shown lets the buttons say whether there is sound.
function shown() {
	const on = sound && !picture(at)?.muted;
	for (const b of reel.querySelectorAll('.act[data-sound]')) b.setAttribute('aria-pressed', String(on));
	for (const b of reel.querySelectorAll('.unmute')) b.hidden = on || !picture(b.closest('.slide'));
}

const seen = new IntersectionObserver((entries) => {
	for (const e of entries) if (e.isIntersecting) arrive(e.target);
}, { root: reel, threshold: 0.6 });

function arrive(slide) {
	if (slide === at) return;
	const video = picture(at);
	if (video) { video.pause(); video.currentTime = 0; }
	at = slide;
	if (slide.id === 'feed-end') { more(slide); return; }
	const page = slide.dataset.page ?? begun; // of the feed, on which the slide stands
	history.replaceState(history.state, '', slide === reel.firstElementChild ? page : page + '#' + slide.id); // going back comes back here
	if (calm.matches) halted(slide, true);
	else play(slide);
	const next = picture(near(slide, 1));
	if (next) next.preload = 'auto';
	if (near(slide, 2)?.id === 'feed-end' || near(slide, 1)?.id === 'feed-end') more(document.getElementById('feed-end'));
	shown();
}

function ready(slide) {
	const video = picture(slide);
	if (video) video.controls = false;
	for (const b of slide.querySelectorAll('[data-sound], [data-share], [data-pause]')) b.hidden = false;
	seen.observe(slide);
}

// more brings what is older, before the visitor is there.
async function more(end) {
	const address = end.dataset.more;
	if (!address || end.dataset.loads) return;
	end.dataset.loads = 'yes';
	try {
		const answer = await fetch(address);
		if (!answer.ok) throw new Error(String(answer.status));
		const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
		const older = [...page.querySelectorAll('#reel > .slide')].filter((s) => s.id === 'feed-end' || !document.getElementById(s.id));
		for (const s of older) s.dataset.page = address;
		end.replaceWith(...older);
		for (const s of older) ready(s);
		if (at === end) { at = null; for (const s of older.slice(0, 1)) arrive(s); }
		shown();
	} catch {
		delete end.dataset.loads; // its link is there
	}
}

// ---- going through it ----

function go(step) {
	const to = near(at ?? reel.firstElementChild, step);
	to?.scrollIntoView({ behavior: calm.matches ? 'instant' : 'smooth', block: 'start' });
}

function give(slide) { slide?.querySelector('[data-give]')?.click(); }

function open(slide) { const path = slide?.dataset.path; if (path) location.href = path; }

const keys = {
	ArrowDown: () => go(1), ArrowUp: () => go(-1), j: () => go(1), k: () => go(-1), ' ': () => toggle(at), m: hear, b: () => give(at), Enter: () => open(at),
	t: () => at?.querySelector('[data-tip]')?.click(),
	s: () => { const b = at?.querySelector('[data-share]'); if (b) share(b); },
};
const words = ['j', 'k', 'm', 'b', 't', 's']; // those that one can switch off

document.addEventListener('keydown', (event) => {
	const todo = keys[event.key];
	if (!todo || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
	if (words.includes(event.key) && 'noKeys' in document.body.dataset) return;
	const on = event.target;
	if (on.closest('input, textarea, select, summary, [contenteditable]') || ((event.key === ' ' || event.key === 'Enter') && on.closest('a, button'))) return;
	if (on !== document.body && !on.closest('main')) return;
	event.preventDefault();
	todo();
});

reel?.addEventListener('click', (event) => {
	const slide = event.target.closest('.slide'), gives = event.target.closest('[data-give]');
	if (gives && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); openTray(sheet, gives.dataset.give); return; }
	if (event.target.closest('[data-sound]')) { hear(); return; }
	if (event.target.closest('[data-pause]')) { toggle(slide); return; }
	if (event.target.closest('#reel-top') && begun === '/') { event.preventDefault(); reel.firstElementChild.scrollIntoView({ behavior: 'instant' }); return; }
	if (event.target.closest('a, button') || !event.target.closest('.slide-stage')) return;
	if ('live' in slide.dataset) open(slide);
	else toggle(slide);
});

if (reel) {
	const back = slides().find((s) => s.id && s.id === location.hash.slice(1));
	back?.scrollIntoView({ behavior: 'instant' }); // a browser that goes back scrolls the window alone
	for (const s of slides()) ready(s);
	arrive(back ?? reel.firstElementChild); // a key that comes before the observer's first word is for this one
	for (const [id, step] of [['reel-up', -1], ['reel-down', 1]]) {
		const b = document.getElementById(id);
		b.hidden = false;
		b.addEventListener('click', () => go(step));
	}
	document.addEventListener('visibilitychange', () => { const video = picture(at); if (document.hidden) video?.pause(); else if (at && !('paused' in at.dataset)) play(at); });
}
