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
    if (index >= 0) {
        headers[index].ariaSort = descending ? 'descending' : 'ascending';
        headers[index].querySelector('.arrow').textContent = descending ? '\u00a0↓' : '\u00a0↑';
    }
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

/* Gives its headers buttons; a click sets state[name]. A blank that does not break keeps the arrow
 * with the last word. */
function makeSortable(table, name) {
    for (const header of table.tHead.rows[0].cells) {
        if (!header.dataset.key)
            continue;
        const button = element('button', { type: 'button' }, header.textContent,
                               element('span', { class: 'arrow', 'aria-hidden': 'true' }, '\u00a0↓'));
        button.addEventListener('click',
                                () => stateSet({ [name]: nextSort(header, state[name]) }));
        header.replaceChildren(button);
    }
}

/* ---- functions, for the sample type that is shown ---- */

/* Values of a type, in a column that is empty if all are 0. */
const valueAt = (columns, index, i) => columns[index][i] ?? 0;

function functionRow(data, type, index, i) {
    const { name, flat, cum, base_flat, base_cum } = data.functions, row = element('tr');
    for (const [columns, base] of [[flat, base_flat], [cum, base_cum]]) {
        const value = valueAt(columns, index, i), before = valueAt(base, index, i);
        row.append(element('td', { class: 'number', 'data-value': value - before },
                           amountText(data, type, value, before)),
                   element('td', { class: 'number' }, percentText(value - before, type.total)));
    }
    const fromTo = element('td', { class: 'number from-to' },
                           fromToText(type, valueAt(cum, index, i), valueAt(base_cum, index, i)));
    fromTo.hidden = !data.comparison;
    row.append(fromTo);
    row.append(element('th', { scope: 'row' },
                       codeOf(data.names[name[i]], data.wholes[name[i]]), ' ',
                       element('span', { class: 'place' }, data.places[name[i]])));
    return row;
}

function functionsRender(data) {
    const index = typeIndex(data), type = data.types[index], rows = [];
    const { cum, base_cum, flat, base_flat } = data.functions;
    const changes = (columns, base, i) => valueAt(columns, index, i) !== valueAt(base, index, i);
    for (let i = 0; i < data.functions.name.length; i++) {
        if (changes(cum, base_cum, i) || changes(flat, base_flat, i))
            rows.push(functionRow(data, type, index, i));
    }
    const table = byId('functions-table');
    byId('from-to').hidden = !data.comparison;
    table.tBodies[0].replaceChildren(...rows);
    sortRows(table, state.functions);
    filterParts(rows, byId('view-functions').querySelector('.unfound'));
    byId('functions-info').textContent =
        `${type.name}: ${sumText(data, type)}; flat is of the function itself, ` +
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
