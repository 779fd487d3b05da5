// Parts of a page that are put in place of old ones: by htmx, which filters,
// tabs and the search ask, and by follow.js. An answer without the part is
// another page: a problem, or that of signing in. It must not take the place of
// what is there.

const parse = (text) => new DOMParser().parseFromString(text, 'text/html');

// fetched returns the page at an address, or fails.
export async function fetched(address) {
	const answer = await fetch(address, { headers: { Accept: 'text/html' } });
	if (!answer.ok) throw new Error(String(answer.status));
	return parse(await answer.text());
}

// lost says where the page begins that a part of it could not be loaded; it has
// charged nothing.
export function lost(text = document.body.dataset.problem) {
	const p = document.createElement('p');
	p.className = 'notice bad';
	p.setAttribute('role', 'alert');
	p.textContent = text;
	document.getElementById('lost').replaceChildren(p);
	p.scrollIntoView({ block: 'nearest' });
}

document.addEventListener('htmx:after:request', (event) => {
	if (rests(event.detail.ctx)) { event.preventDefault(); return; }
	const { text, select, response } = event.detail.ctx, page = parse(text);
	if (select ? page.querySelector(select) : response.raw.ok && !response.raw.redirected) return;
	event.preventDefault();
	if (response.raw.redirected) { location.href = response.raw.url; return; }
	const title = page.querySelector('main h1')?.textContent.trim(), detail = page.querySelector('main .lead')?.textContent.trim();
	lost(title && detail ? title + ': ' + detail : undefined);
});
document.addEventListener('htmx:error', () => lost());
document.addEventListener('htmx:after:swap', () => document.getElementById('lost')?.replaceChildren());

// A part that looks again by itself waits while somebody is in it, or reads what
// they have opened there; also if they came while the answer was on its way.
function rests({ sourceElement: part, sourceEvent }) {
	return sourceEvent?.type === 'every' && (document.hidden || part.contains(document.activeElement) || part.querySelector('details[open]'));
}
document.addEventListener('htmx:before:request', (event) => { if (rests(event.detail.ctx)) event.preventDefault(); });
