// The search that opens over every page. The attention stays in its field: the
// arrows go through what was found, and Enter opens it.

const palette = document.getElementById('palette');
const field = palette?.querySelector('input[name=q]'), list = document.getElementById('hits');
let wants = false; // Enter was pressed before there was an answer to what is written
let saying = 0;

const hits = () => [...list.querySelectorAll('a')];

// search begins anew.
export function search() {
	wants = false;
	field.value = '';
	field.focus();
	field.dispatchEvent(new Event('input', { bubbles: true }));
}

// answered tells whether what is listed is what was asked for.
const answered = () => list.firstElementChild?.dataset.q === field.value.trim();

function point(at) {
	for (const [n, a] of hits().entries()) {
		a.classList.toggle('at', n === at);
		a.setAttribute('aria-selected', String(n === at));
	}
	const a = hits()[at];
	if (a) { field.setAttribute('aria-activedescendant', a.id); a.scrollIntoView({ block: 'nearest' }); } else field.removeAttribute('aria-activedescendant');
}

// choose opens what is pointed at, or the first; when the answer is not there
// yet, as soon as it is.
function choose() {
	if (!answered()) {
		wants = true;
		field.form.requestSubmit();
		return;
	}
	wants = false;
	(list.querySelector('a.at') ?? hits()[0])?.click();
}

if (palette) {
	field.setAttribute('role', 'combobox');
	field.setAttribute('aria-controls', 'hits');
	field.setAttribute('aria-expanded', 'false');
	field.setAttribute('aria-autocomplete', 'list');
	field.addEventListener('input', () => { wants = false; });
	field.addEventListener('keydown', (event) => {
		const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], all = hits();
		if (step && all.length) {
			event.preventDefault();
			const at = all.findIndex((a) => a.classList.contains('at'));
			point(at < 0 && step < 0 ? all.length - 1 : (at + step + all.length) % all.length);
		} else if (event.key === 'Enter' && !event.isComposing) {
			event.preventDefault();
			choose();
		}
	});
	palette.addEventListener('htmx:after:swap', listed);
}

// listed makes what came a list that the field goes through, and has its number
// read out when the typing rests.
function listed() {
	const all = hits();
	list.querySelector('ul')?.setAttribute('role', 'listbox');
	list.querySelector('ul')?.setAttribute('aria-label', palette.getAttribute('aria-label'));
	for (const [n, a] of all.entries()) {
		a.id = 'hit-' + n;
		a.tabIndex = -1;
		a.setAttribute('role', 'option');
		a.parentElement.setAttribute('role', 'presentation');
	}
	field.setAttribute('aria-expanded', String(all.length > 0));
	point(-1);
	clearTimeout(saying);
	saying = setTimeout(() => { document.getElementById('hits-said').textContent = list.firstElementChild?.dataset.said ?? ''; }, 700);
	if (wants) choose();
}
