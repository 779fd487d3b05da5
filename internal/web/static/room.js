// What one does while watching beside giving: sound, a clean picture, keys.

const stage = document.getElementById('stage');
const video = () => document.querySelector('#screen video');
const clean = document.getElementById('clean');
const pressed = (button, on) => button?.setAttribute('aria-pressed', String(on));

// A LIVE has no controls of its own over the picture; one's own video keeps the
// browser's.
const sounds = document.querySelector('.tools-over [data-sound]');
if (sounds && video()) {
	video().controls = false;
	sounds.hidden = false;
	sounds.addEventListener('click', hear);
}

function hear() {
	const v = video();
	if (!v) return;
	v.muted = !v.muted;
	if (v.paused) v.play().catch(() => {});
	pressed(sounds, !v.muted);
}

// tidy hides everything but the picture, or brings it back.
function tidy(on) {
	stage.classList.toggle('clean', on);
	pressed(clean, on);
}

if (clean) {
	clean.hidden = false;
	clean.addEventListener('click', () => tidy(!stage.classList.contains('clean')));
	let from = null;
	const screen = document.querySelector('.theatre');
	screen.addEventListener('touchstart', (event) => { from = event.touches.length === 1 && !event.target.closest('button, a, input, ol') ? event.touches[0] : null; }, { passive: true });
	screen.addEventListener('touchend', (event) => {
		if (!from) return;
		const to = event.changedTouches[0], x = to.clientX - from.clientX, y = to.clientY - from.clientY;
		if (Math.abs(x) > 60 && Math.abs(y) < 40) tidy(x < 0);
	}, { passive: true });
}

const keys = {
	b: () => { const tray = document.getElementById('tray'); tray.scrollIntoView({ block: 'nearest' }); (tray.querySelector('input[name=gift]:checked') ?? tray).focus({ preventScroll: true }); },
	c: () => { if (clean) tidy(!stage.classList.contains('clean')); },
	m: hear,
	s: () => document.querySelector('.tools-over [data-share]')?.click(),
};

document.addEventListener('keydown', (event) => {
	const todo = keys[event.key];
	if (!todo || event.ctrlKey || event.metaKey || event.altKey || 'noKeys' in document.body.dataset || document.querySelector('dialog[open]')) return;
	if (event.target.closest?.('input:not([type=radio]), textarea, select, [contenteditable]')) return;
	event.preventDefault();
	todo();
});
