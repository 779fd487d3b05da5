// What every page does beyond plain HTML. Nothing here is needed: links lead
// to pages and forms post without it.

const panel = document.getElementById('panel');
const body = document.getElementById('panel-body');

// An amount that is asked where it comes from answers in the side panel.
document.addEventListener('click', async (event) => {
	const link = event.target.closest('a[data-explain]');
	if (!link || link.closest('main #explanation') || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
	event.preventDefault();
	try {
		const answer = await fetch(link.href, { headers: { 'X-Part': 'explain' } });
		if (!answer.ok || answer.redirected) throw new Error(answer.status);
		body.innerHTML = await answer.text();
		if (!panel.open) panel.showModal();
		body.scrollTop = 0;
		body.focus();
	} catch {
		location.href = link.href;
	}
});

// A click beside the panel closes it.
panel?.addEventListener('click', (event) => { if (event.target === panel) panel.close(); });

// A form that moves money is sent once; its key makes that certain, and the
// button shows it.
document.addEventListener('submit', (event) => {
	const form = event.target.closest('form[data-once]');
	if (!form) return;
	if (form.dataset.sent) { event.preventDefault(); return; }
	form.dataset.sent = 'yes';
	form.querySelector('[type=submit]').setAttribute('aria-disabled', 'true');
});
addEventListener('pageshow', (event) => {
	if (!event.persisted) return;
	for (const form of document.querySelectorAll('form[data-once]')) {
		delete form.dataset.sent;
		form.querySelector('[type=submit]').removeAttribute('aria-disabled');
	}
});

// Without a chosen theme the button switches away from what the system shows.
const theme = document.querySelector('#theme[data-unknown]');
const dark = matchMedia('(prefers-color-scheme: dark)');
function other() { theme.elements.theme.value = dark.matches ? 'light' : 'dark'; delete theme.dataset.unknown; }
if (theme) { other(); dark.addEventListener('change', other); }

// What went wrong with a form is what the reader should meet first.
document.getElementById('trouble')?.focus();

// An open menu closes when the attention goes elsewhere.
document.addEventListener('click', (event) => {
	for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener('keydown', (event) => {
	if (event.key === 'Escape') for (const menu of document.querySelectorAll('details.menu[open]')) menu.open = false;
});
