/*
 * timers.js - the table of live timers. There may be a hundred thousand: rows are sorted and
 * searched as numbers, and only those that are in sight are made.
 */

const TIMER = { height: 24, around: 10, widest: 22 }; /* px, rows beyond what is in sight, letters */
const NOTHING = '-';

const live = { data: null, rows: null, order: [], columns: [], made: new Map(), sorts: new Map() };

/* ---- what a row says, in the words of "timerleak timers" ---- */

const kindOf = ({ timers }, rows, row) => timers.kinds[rows.kind[row]];

const wordOf = column => ({ timers }, rows, row) => timers.words[rows[column][row]] ?? NOTHING;

const numberOf = (column, text) => (data, rows, row) =>
    Number.isNaN(rows[column][row]) ? NOTHING : text(rows[column][row]);

function handlesText(data, rows, row) {
    return data.timers.words[rows.handles[row]] ??
        `${kindOf(data, rows, row).descriptor ? 'fd' : 'id'} ${rows.timer[row]}`;
}

/* One that is armed, and of which it is not known when it expires, has a clock of its own. */
function deadlineText(data, rows, row) {
    const due = rows.due[row], armed = ['never_fired', 'never_stopped'].includes(BY_STATE[rows.state[row]]);
    if (Number.isNaN(due))
        return armed ? '?' : NOTHING;
    return due < 0 ? `${durationText(-due)} ago` : `in ${durationText(due)}`;
}

function siteNames({ timers }, rows, row) {
    const site = rows.site[row];
    return [timers.words[rows.sites.name[site]], timers.words[rows.sites.place[site]]];
}

/*
 * In its order; `by` is the column of numbers that it sorts by, else it sorts by its texts. `width`,
 * in letters, is that of its longest text where none is given.
 */
const TIMER_COLUMNS = [
    { key: 'pid', by: 'process', few: data => data.timers.processes.length < 2, width: 8,
      text: (data, rows, row) => String(data.timers.processes[rows.process[row]].pid) },
    { key: 'state', text: (data, rows, row) => kindOf(data, rows, row).states[rows.state[row]] },
    { key: 'family', text: (data, rows, row) => kindOf(data, rows, row).label },
    { key: 'timer', by: 'timer', words: true, text: handlesText },
    { key: 'clock', text: wordOf('clock') },
    { key: 'deadline', by: 'due', width: 13, text: deadlineText },
    { key: 'interval', by: 'interval', width: 10,
      text: numberOf('interval', ns => ns > 0 ? durationText(ns) : 'one-shot') },
    { key: 'age', by: 'age', width: 8, text: numberOf('age', durationText) },
    { key: 'armed', by: 'armed', width: 7, text: numberOf('armed', String) },
    { key: 'fired', by: 'fired', width: 7,
      text: numberOf('fired', fired => `${Math.floor(fired / 2)}${fired % 2 ? '+' : ''}`) },
    { key: 'flags', text: wordOf('flags') },
    { key: 'name', needs: 'name', text: wordOf('name') },
    { key: 'keeps', needs: 'keeps', by: 'keeps', width: 9, text: numberOf('keeps', bytesText) },
    { key: 'stands for', by: 'weight', few: (data, rows) => rows.weight.every(weight => weight <= 1),
      width: 11, text: numberOf('weight', countText) },
    { key: 'thread', needs: 'thread', text: wordOf('thread') },
    { key: 'notifies', needs: 'notified', text: wordOf('notified') },
    { key: 'set by', needs: 'setter', text: wordOf('setter') },
    { key: 'site', width: 30, text: (data, rows, row) => siteNames(data, rows, row).join('  ') },
];

/* Those that any timer fills. */
function columnsShown(data) {
    return TIMER_COLUMNS.filter(
        ({ needs, few }) => !(needs && data.timers.columns[needs] === null) && !few?.(data, rowsOf(data)));
}

const numberClass = ({ by, words }) => by && !words ? { class: 'number' } : {};

/* ---- order and search ---- */

/* By row; what is nothing comes first from the bottom up, as no number does. */
function sortKeys(column) {
    const { data, rows, sorts } = live;
    if (!sorts.has(column.key)) {
        const keys = new Float64Array(rows.count);
        const texts = column.by ? [] : Array.from(keys, (_, row) => column.text(data, rows, row));
        const order = new Intl.Collator('en', { numeric: true }).compare;
        const ranks = new Map([...new Set(texts)].sort(order).map((text, rank) => [text, rank]));
        for (let row = 0; row < rows.count; row++)
            keys[row] = column.by ? rows[column.by][row] : ranks.get(texts[row]);
        sorts.set(column.key, keys.map(key => Number.isNaN(key) ? -Infinity : key));
    }
    return sorts.get(column.key);
}

/* Rows lie oldest first, and equal ones stay so. */
function sortOrder(order, columns) {
    const descending = state.timers.startsWith('-');
    const column = columns.find(({ key }) => key === state.timers.slice(descending ? 1 : 0));
    if (!column)
        return order;
    const keys = sortKeys(column), sign = descending ? -1 : 1;
    return order.sort((a, b) => keys[a] === keys[b] ? a - b : keys[a] < keys[b] ? -sign : sign);
}

/* Each word is looked at once, however many rows have it. */
function searchOf(data, rows, pattern) {
    const { words, kinds, processes } = data.timers;
    const found = words.map(word => pattern.test(word));
    const states = kinds.map(kind => kind.states.map(word => pattern.test(`${word} ${kind.label}`)));
    const ofProcess = processes.map(process => pattern.test(`${process.pid} ${process.name}`));
    const columns = ['clock', 'flags', 'name', 'thread', 'notified', 'setter'].map(key => rows[key]);
    const ofSite = ['name', 'whole', 'place'].map(key => rows.sites[key]);
    return row => ofSite.some(column => found[column[rows.site[row]]]) ||
        states[rows.kind[row]][rows.state[row]] || (processes.length > 1 && ofProcess[rows.process[row]]) ||
        columns.some(column => found[column[row]]) || pattern.test(handlesText(data, rows, row));
}

function orderOf(data, rows, columns) {
    const pattern = patternOf(state.search);
    const within = data.scope?.within ?? Uint32Array.from({ length: rows.count }, (_, row) => row);
    const order = pattern ? within.filter(searchOf(data, rows, pattern)) : within;
    return sortOrder(Uint32Array.from(order), columns);
}

/* ---- drawing ---- */

function longestWord(column) {
    const { data, rows } = live;
    let longest = column.key.length + 2;
    for (let row = 0; row < rows.count && longest < TIMER.widest; row++)
        longest = Math.max(longest, column.text(data, rows, row).length);
    return Math.min(longest + 2, TIMER.widest);
}

/* The site has what is left over. */
function timersHead(columns) {
    const table = byId('timers-table'), widths = columns.map(column => column.width ?? longestWord(column));
    table.querySelector('colgroup').replaceChildren(...columns.map((column, i) => {
        const made = element('col');
        if (column.key !== 'site')
            made.style.width = `${widths[i]}ch`;
        return made;
    }));
    table.style.minWidth = `${widths.reduce((sum, width) => sum + width, 0)}ch`;
    table.tHead.rows[0].replaceChildren(...columns.map(column => element(
        'th', { scope: 'col', 'data-key': column.key, ...numberClass(column) }, column.key)));
    makeSortable(table, 'timers');
}

function siteCell(row) {
    const [name, place] = siteNames(live.data, live.rows, row), { words } = live.data.timers;
    const whole = words[live.rows.sites.whole[live.rows.site[row]]];
    return element('td', { title: `${whole ?? name} ${place}` },
                   element('button', { type: 'button', class: 'to-site' }, codeOf(name, whole)),
                   ' ', element('span', { class: 'place' }, place));
}

function timerCell(column, row) {
    if (column.key === 'site')
        return siteCell(row);
    const text = column.text(live.data, live.rows, row);
    return element('td', { title: text, ...numberClass(column) }, text);
}

function timerRow(at) {
    const row = live.order[at];
    return element('tr', { 'aria-rowindex': at + 2, 'data-row': row, 'data-at': at },
                   ...live.columns.map(column => timerCell(column, row)));
}

const gap = rows => {
    const made = element('tr', { 'aria-hidden': 'true', class: 'gap' });
    made.style.height = `${rows * TIMER.height}px`;
    return made;
};

/* What was made and is still in sight stays: it may have the focus. */
function timersDraw() {
    const box = byId('timers'), count = live.order.length;
    const top = Math.floor(box.scrollTop / TIMER.height), high = Math.ceil(box.clientHeight / TIMER.height);
    const first = Math.max(0, Math.min(top, count - high) - TIMER.around);
    const end = Math.min(count, first + high + 2 * TIMER.around), made = new Map();
    const focused = document.activeElement?.closest('#timers tbody tr');
    for (let at = first; at < end; at++)
        made.set(at, live.made.get(at) ?? timerRow(at));
    if (focused && !made.has(Number(focused.dataset.at)))
        box.focus({ preventScroll: true });
    const body = byId('timers-table').tBodies[0], rows = [...made.values()];
    for (const row of [...body.rows])
        if (!rows.includes(row))
            row.remove();
    rows.forEach((row, i) => {
        if (body.rows[i] !== row)
            body.insertBefore(row, body.rows[i] ?? null);
    });
    body.prepend(gap(first));
    body.append(gap(count - end));
    live.made = made;
}

/* Those that another process shares count there; one of a sample stands for several. */
function timersTell(data) {
    const { timers, scope } = data, all = scope?.within.length ?? timers.count;
    const shared = live.order.filter(row => live.rows.weight[row] === 0).length;
    byId('timers-info').textContent =
        (live.order.length < all ? `${countText(live.order.length)} of ` : '') +
        `${countText(all)} ${all === 1 ? 'timer' : 'timers'}` +
        (shared > 0 ? `, of which ${countText(shared)} count in another process that has them too` : '');
    byId('view-timers').querySelector('.unfound').hidden = all === 0 || live.order.length > 0;
    byId('timers-note').textContent = timers.omitted > 0 ?
        `${countText(timers.omitted)} more are live, and left out: those of findings are here first. ` +
        '"timerleak timers" lists all.' : timers.count === 0 ? 'No timer is live.' : '';
}

/* All rows are made anew: the one that has the focus, too. */
function timersRender(data) {
    const focused = document.activeElement?.closest('#timers tbody tr');
    if (live.rows !== rowsOf(data)) {
        Object.assign(live, { data, rows: rowsOf(data), columns: columnsShown(data), sorts: new Map() });
        timersHead(live.columns);
    }
    live.data = data;
    live.order = orderOf(data, live.rows, live.columns);
    live.made = new Map();
    byId('timers-table').setAttribute('aria-rowcount', live.order.length + 1);
    tellSorted(byId('timers-table'), state.timers);
    timersTell(data);
    timersDraw();
    if (focused)
        live.made.get(Number(focused.dataset.at))?.querySelector('.to-site').focus({ preventScroll: true });
}

/* ---- moving about ---- */

/* To its finding; to its row among the sites; or, of one that is in neither, to the flame graph. */
function showSite(row) {
    const { data, rows } = live, site = rows.site[row], id = data.timers.ids[rows.sites.shown[site]];
    const finding = id && byId(`finding-${id}`), listed = id && byId(`site-${id}`);
    const view = finding ? 'findings' : listed ? 'sites' : 'flame';
    stateSet({ view, ...(view === 'flame' ? { zoom: String(rows.sites.node[site]), invert: '' } : {}) });
    const part = finding?.closest('article') ?? listed?.closest('tr');
    if (part?.hidden)
        stateSet({ search: '' });
    const details = finding ? byId(`stack-${id}`) : listed;
    if (details)
        details.open = true;
    (finding ?? listed)?.scrollIntoView({ block: 'center' });
    (details?.querySelector('summary') ?? document.querySelector('.frame[tabindex="0"]'))?.focus();
}

function moveTo(at) {
    const box = byId('timers'), top = at * TIMER.height, head = byId('timers-table').tHead.offsetHeight;
    const low = top + TIMER.height + head - box.clientHeight;
    box.scrollTop = Math.max(low, Math.min(box.scrollTop, top));
    timersDraw();
    live.made.get(at)?.querySelector('.to-site').focus({ preventScroll: true });
}

function timersKey(event) {
    const row = event.target.closest('tbody tr'), page = Math.floor(byId('timers').clientHeight / TIMER.height);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -Infinity, End: Infinity };
    if (!row || !(event.key in steps))
        return;
    const to = Number(row.dataset.at) + steps[event.key];
    moveTo(Math.min(Math.max(to, 0), live.order.length - 1));
    event.preventDefault();
}

function timersStart() {
    const box = byId('timers');
    box.addEventListener('scroll', () => requestAnimationFrame(timersDraw));
    box.addEventListener('keydown', timersKey);
    box.addEventListener('click', event => {
        if (event.target.closest('.to-site'))
            showSite(Number(event.target.closest('tr').dataset.row));
    });
    new ResizeObserver(() => {
        if (state.view === 'timers' && live.rows)
            timersDraw();
    }).observe(box);
}
