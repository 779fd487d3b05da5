// Links that are handed on: by the system where it can, else copied.

export async function share(button) {
	const link = button.dataset.share;
	if (navigator.share && matchMedia('(pointer: coarse)').matches) {
		await navigator.share({ title: button.dataset.title, url: link }).catch(() => {}); // the visitor has thought better of it
		return;
	}
	const said = button.querySelector('.said');
	try {
		await navigator.clipboard.writeText(link);
	} catch { // a page without TLS may not: the address shows what to copy
		location.href = new URL(link).pathname;
		return;
	}
	button.dataset.said ??= said.textContent;
	said.textContent = button.dataset.copied;
	const status = document.getElementById('said');
	if (status) status.textContent = button.dataset.copied;
	setTimeout(() => { said.textContent = button.dataset.said; }, 2000);
}

for (const button of document.querySelectorAll('[data-share]')) button.hidden = false;
document.addEventListener('click', (event) => {
	const button = event.target.closest('[data-share]');
	if (button) share(button);
});
