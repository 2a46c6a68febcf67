/* tables.js - tables that sort by a column and show only rows that match the search. */

/* A number if the cell says so, else its text. */
function cellKey(row, index) {
    const cell = row.cells[index];
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
}

function compareKeys(a, b) {
    return typeof a === 'number' ? a - b : a.localeCompare(b);
}

/* In its headers; returns the column, -1 if it has no such. */
function tellSorted(table, sort) {
    const descending = sort.startsWith('-');
    const key = descending ? sort.slice(1) : sort;
    const headers = [...table.tHead.rows[0].cells];
    const index = headers.findIndex(header => header.dataset.key === key);
    for (const header of headers) {
        if (header.dataset.key)
            header.ariaSort = 'none';
    }
    if (index >= 0)
        headers[index].ariaSort = descending ? 'descending' : 'ascending';
    return index;
}

/* Equal rows stay as they were: in the order of the report. */
function sortRows(table, sort) {
    const index = tellSorted(table, sort), descending = sort.startsWith('-');
    if (index < 0)
        return;
    const keyed = [...table.tBodies[0].rows].map(row => [cellKey(row, index), row]);
    keyed.sort((a, b) => compareKeys(a[0], b[0]) * (descending ? -1 : 1));
    table.tBodies[0].append(...keyed.map(([, row]) => row));
}

/* Hides what does not match, and what is not wanted; says so where nothing is left. */
function filterParts(parts, note, wanted = () => true) {
    const pattern = patternOf(state.search);
    let found = 0;
    for (const part of parts) {
        part.hidden = !wanted(part) || (Boolean(pattern) && !pattern.test(wordsOf(part)));
        found += !part.hidden;
    }
    note.hidden = found > 0 || parts.length === 0;
}

/* Numbers are mostly wanted from the top down, names from a to z. */
function nextSort(header, sort) {
    const key = header.dataset.key;
    const first = header.classList.contains('number') ? `-${key}` : key;
    const second = header.classList.contains('number') ? key : `-${key}`;
    return sort === first ? second : first;
}

/* Gives its headers buttons; a click sets state[name]. */
function makeSortable(table, name) {
    for (const header of table.tHead.rows[0].cells) {
        if (!header.dataset.key)
            continue;
        const button = element('button', { type: 'button' }, header.textContent);
        button.addEventListener('click',
                                () => stateSet({ [name]: nextSort(header, state[name]) }));
        header.replaceChildren(button);
    }
}

/* ---- functions, for the sample type that is shown ---- */

function functionRow(data, type, index, i) {
    const { name, flat, cum } = data.functions;
    const numbers = [flat[index][i], cum[index][i]];
    const row = element('tr');
    for (const value of numbers) {
        row.append(
            element('td', { class: 'number', 'data-value': value }, valueText(value, type)),
            element('td', { class: 'number' }, percentText(value, type.total)));
    }
    row.append(element('th', { scope: 'row' },
                       codeOf(data.names[name[i]], data.wholes[name[i]]), ' ',
                       element('span', { class: 'place' }, data.places[name[i]])));
    return row;
}

function functionsRender(data) {
    const index = typeIndex(data), type = data.types[index], rows = [];
    for (let i = 0; type.total > 0 && i < data.functions.name.length; i++) {
        if (data.functions.cum[index][i] > 0)
            rows.push(functionRow(data, type, index, i));
    }
    const table = byId('functions-table');
    table.tBodies[0].replaceChildren(...rows);
    sortRows(table, state.functions);
    filterParts(rows, byId('view-functions').querySelector('.unfound'));
    byId('functions-info').textContent =
        `${type.name}: ${valueText(type.total, type)} in all; flat is of the function itself, ` +
        'cum of all that it calls too';
    byId('functions-note').textContent = data.functions.omitted > 0 ?
        `The most important functions; ${countText(data.functions.omitted)} lesser ones are ` +
        'left out. "timerleak top" has them all.' : '';
}

/* ---- sites: their rows are in the page ---- */

function sitesRender({ scope }) {
    const table = byId('sites-table');
    sitesScope(table, scope);
    sortRows(table, state.sites);
    filterParts([...table.tBodies[0].rows], byId('view-sites').querySelector('.unfound'),
                row => !scope || scope.sites.has(row.dataset.site));
}

function findingsRender(data) {
    const { scope } = data, articles = [...document.querySelectorAll('#findings article')];
    findingsScope(articles, data);
    filterParts(articles, byId('view-findings').querySelector('.unfound'),
                article => !scope || scope.sites.has(findingId(article)));
}
