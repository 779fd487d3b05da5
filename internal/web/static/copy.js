// Buttons that copy, and that say so for a moment.

// copied shows that it was done.
export function copied(button) {
	const said = button.querySelector('.said') ?? button;
	button.dataset.said ??= said.textContent;
	said.textContent = button.dataset.copied;
	const status = document.getElementById('said');
	if (status) status.textContent = button.dataset.copied;
	clearTimeout(button.timer);
	button.timer = setTimeout(() => { said.textContent = button.dataset.said; }, 2000);
}

// write copies a text. A page without TLS has no clipboard of its own; there it
// is copied as a reader copies what is marked.
export async function write(text) {
	if (navigator.clipboard) { await navigator.clipboard.writeText(text); return; }
	const area = document.createElement('textarea'), before = document.activeElement;
	area.value = text;
	(document.querySelector('dialog[open]') ?? document.body).append(area);
	area.select();
	const done = document.execCommand('copy');
	area.remove();
	before?.focus();
	if (!done) throw new Error('nothing was copied');
}

document.addEventListener('click', async (event) => {
	const button = event.target.closest('[data-copy], [data-copy-from]');
	if (!button) return;
	const { copy, copyFrom } = button.dataset;
	try {
		await write(copy ? document.getElementById(copy).textContent.trim() : await fetchedText(copyFrom));
		copied(button);
	} catch { // the text is shown, to be marked and copied by hand
		if (copyFrom) location.href = copyFrom;
		else getSelection().selectAllChildren(document.getElementById(copy));
	}
});

async function fetchedText(address) {
	const answer = await fetch(address, { headers: { Accept: 'application/json' } });
	if (!answer.ok) throw new Error(String(answer.status));
	return JSON.stringify(await answer.json(), null, 2);
}
