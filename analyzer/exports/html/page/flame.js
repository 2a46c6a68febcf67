/*
 * flame.js - the flame graph: a frame for each node of the tree, as wide as its value.
 *
 * Frames are elements, so that the keyboard and a screen reader reach them; narrow ones share one,
 * so that there are never more than a screen holds.
 */

const ROW = 20; /* px */
/* As in pprof: narrower ones are not drawn each, nor what is below them. Here they share a frame. */
const NARROWEST = 4;
const NARROWEST_TEXT = 24;
const OTHER = -1;

/* What is summed up from the leaves to the root. */
const SUMMED = ['value', 'before', 'weight', 'live', 'age', 'clean', 'held', 'growing', 'leak'];

/* How wide a frame is by what is in it alone: in pprof, changes don't make up for each other. */
function weightOf(data, value, before) {
    return data.comparison?.subtract ? Math.abs(value - before) : value + before;
}

/* One tree to draw: columns as in the data, values of the type that is shown. */
function treeUpright(data, index) {
    const { parent, name, values, base, verdicts } = data.tree;
    const column = given => given.length > 0 ? given : new Array(parent.length).fill(0);
    const tree = {
        parent, name, value: column(values[index]), before: column(base[index]),
        live: column(values[0]), age: column(values[data.types.findIndex(({ name }) => name === 'age')]),
    };
    ['clean', 'held', 'growing', 'leak'].forEach((key, i) => tree[key] = column(verdicts[i]));
    treeAddChildren(tree);
    tree.weight = tree.parent.map(
        (_, node) => weightOf(data, selfOf(tree, tree.value, node), selfOf(tree, tree.before, node)));
    for (let node = parent.length - 1; node > 0; node--)
        tree.weight[parent[node]] += tree.weight[node];
    return tree;
}

function treeAddChildren(tree) {
    tree.children = tree.parent.map(() => []);
    for (let i = 1; i < tree.parent.length; i++)
        tree.children[tree.parent[i]].push(i);
}

/* The widest first: the narrow ones lie together. */
function treeSorted(tree) {
    for (const children of tree.children)
        children.sort((a, b) => tree.weight[b] - tree.weight[a]);
    return tree;
}

/* What is in a node and in none of its children. */
function selfOf(tree, column, node) {
    return column[node] - totalOf(tree.children[node], column);
}

/* The same stacks from their leaves up: who calls what makes the timers. */
function treeInverted(upright) {
    const tree = { parent: [0], name: [OTHER] };
    const known = [new Map()];
    for (const key of SUMMED)
        tree[key] = [0];
    const child = (parent, name) => {
        let node = known[parent].get(name);
        if (node === undefined) {
            node = tree.parent.push(parent) - 1;
            tree.name.push(name);
            for (const key of SUMMED)
                tree[key].push(0);
            known.push(new Map());
            known[parent].set(name, node);
        }
        return node;
    };
    for (let leaf = 1; leaf < upright.parent.length; leaf++) {
        const self = SUMMED.map(key => selfOf(upright, upright[key], leaf));
        if (self.every(value => value === 0))
            continue;
        const add = node => SUMMED.forEach((key, i) => tree[key][node] += self[i]);
        let to = 0;
        add(to);
        for (let from = leaf; from !== 0; from = upright.parent[from]) {
            to = child(to, upright.name[from]);
            add(to);
        }
    }
    treeAddChildren(tree);
    return tree;
}

/* ---- searching ---- */

/* Of each node, whether it matches, and whether anything at or below it does. */
function searchTree(data, { parent, name }, pattern) {
    const matches = data.names.map((_, number) => functionMatches(pattern, data, number));
    const found = name.map(number => number !== OTHER && matches[number]), below = [...found];
    for (let node = parent.length - 1; node > 0; node--)
        below[parent[node]] ||= below[node];
    return { found, below };
}

/* Matches below a match are counted with it. */
function matchedNodes(found, node, matched = []) {
    if (found[node])
        matched.push(node);
    else
        flame.tree.children[node].forEach(child => matchedNodes(found, child, matched));
    return matched;
}

/* ---- drawing ---- */

/* A frame is an element of one node, or of several that are too narrow to be drawn each. */
const flame = {
    tree: null, data: null, type: null, search: null, width: 0,
    frames: new Map(), /* by node */
    narrow: new Map(), /* nodes by frame, where they are several */
};

function frameName(node) {
    if (node === 0)
        return 'all';
    const name = flame.tree.name[node];
    return name === OTHER ? 'other: too small to show' : flame.data.names[name];
}

function frameWhole(node) {
    const name = flame.tree.name[node];
    return node === 0 || name === OTHER ? frameName(node) : wholeName(flame.data, name);
}

function valuesText(nodes) {
    const { tree, type, data } = flame;
    const value = totalOf(nodes, tree.value), before = totalOf(nodes, tree.before);
    const parts = [`${amountText(data, type, value, before)} ${type.name}`,
                   percentText(data.comparison ? value - before : value, type.total)];
    if (data.comparison)
        parts.splice(1, 0, fromToText(type, value, before));
    return [...parts, COLOURS[colourChosen(data)].says(nodes)];
}

function frameText(node, name) {
    const place = flame.data.places[flame.tree.name[node]];
    return `${name}: ${[...valuesText([node]), place].filter(Boolean).join(', ')}`;
}

function narrowText(nodes) {
    const found = flame.search ? nodes.filter(node => flame.search.below[node]).length : 0;
    return `${countText(nodes.length)} narrow frames: ` +
        [...valuesText(nodes), found > 0 ? `${countText(found)} match` : ''].filter(Boolean).join(', ');
}

function makeFrame(nodes, level, left, width, above) {
    const { tree, search } = flame, node = nodes[0], narrow = width * flame.width < NARROWEST;
    const wide = width * flame.width >= NARROWEST_TEXT, several = nodes.length > 1;
    const frame = element('div', {
        class: 'frame', role: 'treeitem', tabindex: -1, 'aria-level': level + 1,
        'aria-label': several ? narrowText(nodes) : frameText(node, frameName(node)),
        'data-node': node,
    }, !wide ? '' : several ? `${countText(nodes.length)} narrow` : frameName(node));
    const found = search && nodes.some(each => several || narrow ? search.below[each] :
                                                                   search.found[each]);
    const plain = above || !several && (node === 0 || tree.name[node] === OTHER);
    frame.style.top = `${level * ROW}px`;
    frame.style.left = `${100 * left}%`;
    frame.style.width = `${100 * width}%`;
    frame.classList.toggle('narrow', several || narrow);
    frame.classList.toggle('plain', plain || Boolean(search && !found));
    if (search)
        frame.classList.add(found ? 'match' : 'miss');
    if (!frame.classList.contains('plain'))
        frame.style.backgroundImage = (several ? 'var(--hatch), ' : '') + colourImage(nodes);
    return frame;
}

/* From the root to the node. */
function pathTo(node) {
    const path = [node];
    while (path[0] !== 0)
        path.unshift(flame.tree.parent[path[0]]);
    return path;
}

/* All children from the first that is too narrow on: they lie behind the others. */
function drawNarrow(nodes, level, left, width) {
    if (nodes.length === 0 || width * flame.width < 1)
        return false;
    const frame = makeFrame(nodes, level, left, width, false);
    if (nodes.length > 1)
        flame.narrow.set(frame, nodes);
    for (const node of nodes)
        flame.frames.set(node, frame);
    return true;
}

/* Makes the node's frame and those below it; returns the deepest level. */
function drawBelow(node, level, left, width) {
    const { weight, children } = flame.tree;
    let deepest = level, at = left, drawn = 0;
    const part = child => weight[node] > 0 ? width * weight[child] / weight[node] : 0;
    flame.frames.set(node, makeFrame([node], level, left, width, false));
    for (const child of children[node]) {
        if (part(child) * flame.width < NARROWEST)
            break;
        deepest = Math.max(deepest, drawBelow(child, level + 1, at, part(child)));
        at += part(child);
        drawn++;
    }
    const narrow = children[node].slice(drawn).filter(child => weight[child] > 0);
    flame.undrawn += narrow.length;
    if (drawNarrow(narrow, level + 1, at, totalOf(narrow, weight) * width / Math.max(weight[node], 1)))
        deepest = Math.max(deepest, level + 1);
    return deepest;
}

function flameNote(data) {
    const cut = percentText(data.tree.cut, 1), notes = [];
    if (flame.tree.weight[0] === 0)
        notes.push(nothingText(data, flame.type));
    if (data.tree.cut > 0)
        notes.push(`Stacks below ${cut} of the total are summed up as "other".`);
    if (flame.undrawn > 0)
        notes.push(`${countText(flame.undrawn)} frames are narrower than ${NARROWEST} pixels: they ` +
                   'share hatched ones, and what they call is not drawn. A click zooms to the one ' +
                   'under the pointer.');
    byId('flame-note').textContent = notes.join(' ');
}

function flameDraw() {
    const { tree, type, data, frames } = flame, box = byId('flame');
    const zoom = tree.parent[Number(state.zoom)] === undefined ? 0 : Number(state.zoom);
    const pattern = patternOf(state.search), path = pathTo(zoom);
    const focused = Number(document.activeElement?.dataset?.node ?? NaN);
    Object.assign(flame, { width: box.clientWidth, undrawn: 0,
                           search: pattern ? searchTree(data, tree, pattern) : null });
    frames.clear();
    flame.narrow.clear();
    path.slice(0, -1).forEach((node, level) => frames.set(node, makeFrame([node], level, 0, 1, true)));
    const deepest = drawBelow(zoom, path.length - 1, 0, 1);
    box.style.height = `${(deepest + 1) * ROW}px`;
    box.replaceChildren(...new Set(frames.values()));
    const current = frames.get(focused) ?? frames.get(zoom);
    current.tabIndex = 0;
    if (frames.has(focused))
        current.focus();
    const matched = flame.search ? matchedNodes(flame.search.found, 0) : [];
    const value = totalOf(matched, tree.value), before = totalOf(matched, tree.before);
    byId('flame-matched').textContent = pattern ?
        `${percentText(data.comparison ? value - before : value, type.total)} matched: ` +
        amountText(data, type, value, before) : '';
    flameNote(data);
}

function flameRender(data) {
    const index = typeIndex(data);
    const upright = treeUpright(data, index);
    Object.assign(flame, { data, type: data.types[index] });
    flame.tree = treeSorted(state.invert ? treeInverted(upright) : upright);
    byId('invert').checked = Boolean(state.invert);
    colourTools(data);
    byId('reset').disabled = state.zoom === '0';
    legendShow('flame-key', COLOURS[colourChosen(data)].legend());
    flameDraw();
}

/* ---- moving about ---- */

function flameZoom(node) {
    stateSet({ zoom: String(node) });
}

function neighbour(node, step) {
    const siblings = flame.tree.children[flame.tree.parent[node]] ?? [];
    const next = siblings[siblings.indexOf(node) + step];
    return node === 0 ? undefined : next;
}

const flameKeys = {
    ArrowUp: node => flame.tree.parent[node],
    ArrowDown: node => flame.tree.children[node][0],
    ArrowLeft: node => neighbour(node, -1),
    ArrowRight: node => neighbour(node, 1),
    Home: () => 0,
};

function flameKey(event) {
    const node = Number(event.target.dataset.node);
    if (Number.isNaN(node))
        return;
    if (event.key === 'Enter' || event.key === ' ')
        flameZoom(node);
    else if (event.key === 'Escape')
        flameZoom(flame.tree.parent[Number(state.zoom)] ?? 0);
    else if (flameKeys[event.key])
        flameFocus(flameKeys[event.key](node));
    else
        return;
    event.preventDefault();
}

function flameTell(node) {
    byId('flame-info').textContent = frameText(node, frameWhole(node));
}

function flameFocus(node) {
    const frame = flame.frames.get(node);
    if (!frame)
        return;
    for (const other of flame.frames.values())
        other.tabIndex = -1;
    frame.dataset.node = node;
    frame.tabIndex = 0;
    frame.focus();
    flameTell(node);
}

/* Of several that share a frame, the one under the pointer. */
function nodeAt(event) {
    const nodes = flame.narrow.get(event.target), node = event.target.dataset.node;
    if (!nodes || event.clientX === undefined)
        return node === undefined ? null : Number(node);
    const box = event.target.getBoundingClientRect(), { weight } = flame.tree;
    let left = (event.clientX - box.left) / box.width * totalOf(nodes, weight);
    return nodes.find(each => (left -= weight[each]) < 0) ?? nodes.at(-1);
}

function flameStart() {
    const box = byId('flame');
    const tell = event => {
        const node = nodeAt(event);
        if (node !== null)
            flameTell(node);
    };
    box.addEventListener('click', event => {
        const node = nodeAt(event);
        if (node !== null)
            flameZoom(node);
    });
    box.addEventListener('keydown', flameKey);
    box.addEventListener('focusin', tell);
    box.addEventListener('pointermove', tell);
    byId('reset').addEventListener('click', () => flameZoom(0));
    byId('invert').addEventListener(
        'change', event => stateSet({ invert: event.target.checked ? '1' : '', zoom: '0' }));
    /* Drawing gives it its height: were it drawn again for that, a click begun meanwhile is lost. */
    new ResizeObserver(() => {
        if (state.view === 'flame' && flame.tree && box.clientWidth !== flame.width)
            flameDraw();
    }).observe(box);
}
