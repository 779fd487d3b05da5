// A slider over time tells where it stands while it is moved; what it chooses is
// shown when it is let go.

document.addEventListener('input', ({ target }) => {
	const out = target.dataset?.instant && document.getElementById(target.dataset.instant);
	if (!out) return;
	const text = Number(target.value) < Number(target.dataset.last) ? new Date(target.value * 1000).toISOString().slice(0, 19).replace('T', ' ') + ' UTC' : target.dataset.now;
	out.textContent = text;
	target.setAttribute('aria-valuetext', text);
});
