/* copy.js - buttons that copy what they carry, and say whether it was. */

/* Where a page has no clipboard, as one from a file may have none, what is selected is copied. */
function copySelected(text) {
    const area = element('textarea', { readonly: '' });
    area.value = text;
    document.body.append(area);
    area.select();
    const copied = document.execCommand('copy');
    area.remove();
    return copied;
}

async function copyText(text) {
    try {
        await navigator.clipboard.writeText(text);
        return true;
    } catch {
        return copySelected(text);
    }
}

function textOf(button) {
    const { copy, ofFiles } = button.dataset;
    return ofFiles === undefined ? copy : copy + byId('findings').dataset.files;
}

/* What could not be copied is shown, to be copied by hand. */
async function copyFrom(button) {
    const text = textOf(button), copied = await copyText(text);
    const told = button.closest('.copies').querySelector('output');
    told.replaceChildren(copied ? 'copied' : element('code', {}, text));
    button.focus();
    if (copied)
        setTimeout(() => told.replaceChildren(), 3000);
}

function copyStart() {
    byId('findings').addEventListener('click', event => {
        const button = event.target.closest('.copy');
        if (button)
            copyFrom(button);
    });
}
