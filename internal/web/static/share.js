// Links that are handed on: by the system where it can, else copied.

import { copied, write } from './copy.js';

export async function share(button) {
	const link = button.dataset.share;
	if (navigator.share && matchMedia('(pointer: coarse)').matches) {
		await navigator.share({ title: button.dataset.title, url: link }).catch(() => {}); // the visitor has thought better of it
		return;
	}
	try {
		await write(link);
		copied(button);
	} catch { // the address shows what to copy
		location.href = new URL(link).pathname;
	}
}

for (const button of document.querySelectorAll('[data-share]')) button.hidden = false;
document.addEventListener('click', (event) => {
	const button = event.target.closest('[data-share]');
	if (button) share(button);
});
