/*
 * scope.js - a part of what was recorded: the live timers that were created within a range of the
 * run, or are of one process. What is made of them alone takes the place of the whole in all views;
 * what can't be told of them, as how many were released, is left out.
 */

/* Types whose values are sums over live timers; by state, in the order of the states. */
const BY_STATE = ['never_armed', 'never_fired', 'never_stopped', 'never_released'];
const KNOWN_OF_LIVE = ['live', ...BY_STATE, 'age'];

/* ---- rows of live timers, from their columns ---- */

function unpackColumn(column, count) {
    const values = new Float64Array(count);
    if (Array.isArray(column))
        column.forEach((value, i) => { values[i] = value ?? NaN; });
    else if (column?.at)
        column.at.forEach((value, i) => { values[i] = column.values[value] ?? NaN; });
    else
        values.fill(column ?? NaN);
    return values;
}

function addAges(steps) {
    for (let i = 1; i < steps.length; i++)
        steps[i] = steps[i - 1] - steps[i];
    return steps;
}

/* Once for all data; `created` is when, ns since the start of its process. */
function rowsOf(data) {
    const { timers } = data;
    if (timers.rows)
        return timers.rows;
    const rows = { count: timers.count }, { columns, sites, processes } = timers;
    for (const [name, column] of Object.entries(columns))
        rows[name] = unpackColumn(column, timers.count);
    addAges(rows.age);
    rows.created = rows.age.map((age, i) => Math.max(0, processes[rows.process[i]].span - age));
    rows.sites = {};
    const siteCount = rows.site.reduce((most, site) => Math.max(most, site), -1) + 1;
    for (const [name, column] of Object.entries(sites))
        rows.sites[name] = unpackColumn(column, siteCount);
    timers.rows = rows;
    return rows;
}

/* ---- what is asked for ---- */

const pointsOf = data => data.histories[0].high.length;
const momentOf = (data, point) => data.duration * point / pointsOf(data);

/* {from, to}: points, of which the last is within; null: the whole run. */
function rangeAsked(data) {
    const [from, to] = state.range.split('-').map(Number), last = pointsOf(data) - 1;
    return state.range && from >= 0 && from <= to && to <= last && (from > 0 || to < last) ?
        { from, to } : null;
}

function processAsked(data) {
    return state.process !== '' && data.timers.processes[state.process] ? Number(state.process) : null;
}

function pointOfRow(data, rows, row) {
    const points = pointsOf(data);
    return Math.min(Math.floor(rows.created[row] * points / Math.max(data.duration, 1)), points - 1);
}

function rowsInScope(data, rows, range, process) {
    const within = [];
    for (let row = 0; row < rows.count; row++) {
        const point = range ? pointOfRow(data, rows, row) : 0;
        if ((!range || (point >= range.from && point <= range.to)) &&
            (process === null || rows.process[row] === process))
            within.push(row);
    }
    return within;
}

/* ---- what is made of them ---- */

/* Of a node and of all below it: parents come before their children. */
function addUp(tree, values) {
    for (let node = values.length - 1; node > 0; node--)
        values[tree.parent[node]] += values[node];
    return values;
}

function treeInScope(data, rows, within) {
    const { tree, types } = data, nodes = tree.parent.length;
    const values = types.map(type => KNOWN_OF_LIVE.includes(type.name) ? new Array(nodes).fill(0) : []);
    const verdicts = tree.verdicts.map(() => new Array(nodes).fill(0)), column = name => values[types.findIndex(type => type.name === name)];
    const live = column('live'), age = column('age'), states = BY_STATE.map(column);
    for (const row of within) {
        const site = rows.site[row], node = rows.sites.node[site], weight = rows.weight[row];
        live[node] += weight;
        states[rows.state[row]][node] += weight;
        age[node] += weight * rows.age[row];
        verdicts[rows.sites.verdict[site]][node] += weight;
    }
    for (const each of [...verdicts, ...values])
        addUp(tree, each);
    return { ...tree, values, verdicts, base: types.map(() => []) };
}

/* Calls visit(node, path) for each node that ends stacks; `path` is of names, root first. */
function eachLeaf(tree, value, visit) {
    const children = tree.parent.map(() => 0);
    for (let node = 1; node < tree.parent.length; node++)
        children[tree.parent[node]] += value[node];
    for (let node = 1; node < tree.parent.length; node++) {
        const self = value[node] - children[node], path = [];
        if (self === 0)
            continue;
        for (let at = node; at !== 0; at = tree.parent[at])
            path.push(tree.name[at]);
        visit(self, path.reverse());
    }
}

/* Each name counted once in a stack. */
function functionsInScope(data, tree) {
    const { name } = data.functions, numbers = new Map(name.map((each, i) => [each, i]));
    const flat = [], cum = [], none = tree.values.map(() => []);
    for (const value of tree.values) {
        const own = new Array(value.length > 0 ? name.length : 0).fill(0), all = [...own];
        flat.push(own);
        cum.push(all);
        if (value.length > 0)
            eachLeaf(tree, value, (self, path) => {
                const last = numbers.get(path.at(-1));
                if (last !== undefined)
                    own[last] += self;
                for (const each of new Set(path)) {
                    if (numbers.has(each))
                        all[numbers.get(each)] += self;
                }
            });
    }
    return { ...data.functions, flat, cum, base_flat: none, base_cum: none };
}

/* The boxes that the whole run has, as far as anything is left in them. */
function graphInScope(whole, tree, value) {
    const sums = whole.name.map(() => ({ flat: 0, cum: 0 })), edges = new Map();
    const numbers = new Map(whole.name.map((name, i) => [name, i]));
    eachLeaf(tree, value, (self, path) => {
        const met = new Set(), crossed = new Set();
        let from, residual = false, box;
        for (const name of path) {
            box = numbers.get(name);
            if (box === undefined) {
                residual = true;
                continue;
            }
            if (!met.has(box))
                sums[box].cum += self;
            met.add(box);
            const edge = `${from} ${box}`;
            if (from !== undefined && !crossed.has(edge)) {
                const known = edges.get(edge) ?? { from, to: box, weight: 0, residual };
                known.weight += self;
                edges.set(edge, known);
                crossed.add(edge);
            }
            from = box;
            residual = false;
        }
        if (box !== undefined)
            sums[box].flat += self;
    });
    const kept = sums.map((sum, i) => i).filter(i => sums[i].cum > 0);
    const place = new Map(kept.map((box, i) => [box, i])), links = [...edges.values()];
    return {
        omitted: whole.omitted, name: kept.map(i => whole.name[i]),
        flat: kept.map(i => sums[i].flat), cum: kept.map(i => sums[i].cum),
        from: links.map(link => place.get(link.from)), to: links.map(link => place.get(link.to)),
        weight: links.map(link => link.weight), residual: links.map(link => link.residual),
    };
}

/* By the report's sites: what is left of each. */
function sitesInScope(rows, within) {
    const sites = new Map();
    for (const row of within) {
        const shown = rows.sites.shown[rows.site[row]];
        const sum = sites.get(shown) ?? { live: 0, states: [0, 0, 0, 0], oldest: 0 };
        sum.live += rows.weight[row];
        sum.states[rows.state[row]] += rows.weight[row];
        sum.oldest = Math.max(sum.oldest, rows.age[row]);
        sites.set(shown, sum);
    }
    return sites;
}

const scoped = { of: null, by: '', data: null };

/* Made when it is first asked for: most views need only one of them. */
function lazily(object, key, make) {
    Object.defineProperty(object, key, {
        configurable: true,
        get() {
            Object.defineProperty(object, key, { value: make() });
            return object[key];
        },
    });
}

function makeScoped(data, range, process) {
    const rows = rowsOf(data), within = rowsInScope(data, rows, range, process);
    const tree = treeInScope(data, rows, within);
    const types = data.types.map((type, i) => {
        const sum = tree.values[i][0] ?? 0;
        return { ...type, unknown: tree.values[i].length === 0, sum, base: 0, total: sum };
    });
    const sites = new Map([...sitesInScope(rows, within)].map(
        ([shown, sum]) => [data.timers.ids[shown], sum]));
    const made = { ...data, types, tree, comparison: null, scope: { range, process, within, sites } };
    lazily(made, 'functions', () => functionsInScope(data, tree));
    lazily(made, 'graphs', () => data.graphs.map((whole, i) =>
        whole && types[i].total > 0 ? graphInScope(whole, tree, tree.values[i]) : null));
    return made;
}

/* The data as they are, or the same of what is in scope; `scope` then says what that is. */
function dataInScope(data) {
    const range = rangeAsked(data), process = processAsked(data);
    const by = `${state.range} ${state.process}`;
    if (!range && process === null)
        return data;
    if (scoped.of !== data || scoped.by !== by)
        Object.assign(scoped, { of: data, by, data: makeScoped(data, range, process) });
    return scoped.data;
}

/* ---- saying so ---- */

function processName({ pid, name }) {
    return `${name} (pid ${pid})`;
}

function rangeWords(data, { from, to }) {
    return `${durationText(Math.round(momentOf(data, from)))} to ` +
        durationText(Math.round(momentOf(data, to + 1)));
}

function scopeWords(data, { range, process }) {
    const parts = [];
    if (range)
        parts.push(`created ${rangeWords(data, range)} into the run`);
    if (process !== null)
        parts.push(`of ${processName(data.timers.processes[process])}`);
    return parts.join(', ');
}

function scopeTell(data, whole) {
    const { scope, timers, types } = data;
    byId('scope').hidden = !scope;
    if (!scope)
        return;
    byId('scope-text').textContent =
        `Only the ${countText(types[0].total)} live timers ${scopeWords(data, scope)}` +
        (whole.comparison ? ', not compared with the base' : '') +
        (timers.omitted > 0 ?
            `; ${countText(timers.omitted)} that this page does not hold are left out` : '');
}

function scopeTools(data) {
    const select = byId('process').querySelector('select'), { processes } = data.timers;
    byId('process').hidden = processes.length < 2;
    if (select.options.length !== processes.length + 1)
        select.replaceChildren(element('option', { value: '' }, 'all'),
                               ...processes.map((process, i) =>
                                   element('option', { value: i }, processName(process))));
    select.value = processAsked(data) ?? '';
}

function scopeStart() {
    byId('whole').addEventListener('click', () => stateSet({ range: '', process: '' }));
    byId('process').addEventListener('change', event => stateSet({ process: event.target.value }));
    document.addEventListener('click', event => {
        const only = event.target.closest('[data-process]');
        if (only)
            stateSet({ process: only.dataset.process });
    });
}

/* ---- findings and sites, which stand in the page as they are of the whole ---- */

/* The columns of a site's row that are known of its live timers. */
function rowInScope(row, keys, sum) {
    const known = { live: sum.live, oldest: sum.oldest };
    BY_STATE.forEach((key, i) => { known[key] = sum.states[i]; });
    keys.forEach((key, i) => {
        if (row.cells[i].classList.contains('number'))
            cellSet(row.cells[i], key in known ? known[key] : null,
                    key === 'oldest' ? durationText : countText);
    });
}

/* What it had of the whole is kept for when the scope is left. */
function cellSet(cell, value, text) {
    cell.whole ??= { value: cell.dataset.value, text: cell.textContent };
    cell.dataset.value = value ?? -1;
    cell.textContent = value === null ? '' : value > 0 ? text(value) : '–';
}

function cellsRestore(row) {
    for (const cell of row.cells) {
        if (cell.whole) {
            cell.dataset.value = cell.whole.value;
            cell.textContent = cell.whole.text;
            delete cell.whole;
        }
    }
}

function sitesScope(table, scope) {
    const keys = [...table.tHead.rows[0].cells].map(header => header.dataset.key);
    for (const row of table.tBodies[0].rows) {
        cellsRestore(row);
        const sum = scope?.sites.get(row.dataset.site);
        if (sum)
            rowInScope(row, keys, sum);
    }
}

const findingId = article => article.querySelector('h3').id.slice('finding-'.length);

function findingsScope(articles, data) {
    const { scope } = data;
    for (const article of articles) {
        const sum = scope?.sites.get(findingId(article));
        article.querySelector('.scoped')?.remove();
        if (sum)
            article.querySelector('.facts').append(
                element('b', { class: 'scoped' }, `; ${countText(sum.live)} ${scopeWords(data, scope)}`));
    }
}
