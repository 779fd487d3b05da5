// What a creator's first page does when something happens: it says so, calmly,
// and leaves it to the reader when to look. The link that it shows works like
// any other; nothing on the page moves by itself.

let source;

function listen() {
	source?.close();
	const hub = document.getElementById('hub');
	const chip = document.getElementById('fresh');
	if (!hub?.dataset.news || !chip) return;
	source = new EventSource(hub.dataset.news);
	source.addEventListener('news', (event) => {
		chip.hidden = false;
		chip.querySelector('[role=status]').textContent = JSON.parse(event.data);
	});
}

listen();
document.addEventListener('htmx:after:swap', listen);
addEventListener('pagehide', () => source?.close());
addEventListener('pageshow', (event) => { if (event.persisted) listen(); });
