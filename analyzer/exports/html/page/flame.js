/*
 * flame.js - the flame graph: a frame for each node of the tree, as wide as its value.
 *
 * Frames are elements, so that the keyboard and a screen reader reach them; those narrower than a
 * pixel are not made, so that there are never more than a screen holds.
 */

const ROW = 20; /* px */
const NARROWEST = 1;
const NARROWEST_TEXT = 24;
const OTHER = -1;

/* One tree to draw: columns as in the data, values of the type that is shown. */
function treeUpright(data, index) {
    const { parent, name, leaking, values } = data.tree;
    return treeWithChildren({ parent, name, leaking, live: values[0], value: values[index] });
}

function treeWithChildren(tree) {
    tree.children = tree.parent.map(() => []);
    for (let i = 1; i < tree.parent.length; i++)
        tree.children[tree.parent[i]].push(i);
    for (const children of tree.children)
        children.sort((a, b) => (tree.value[b] ?? 0) - (tree.value[a] ?? 0));
    return tree;
}

/* What is in a node and in none of its children. */
function selfOf(tree, column, node) {
    let self = column[node] ?? 0;
    for (const child of tree.children[node])
        self -= column[child] ?? 0;
    return self;
}

/* The same stacks from their leaves up: who calls what makes the timers. */
function treeInverted(upright) {
    const tree = { parent: [0], name: [OTHER], leaking: [0], live: [0], value: [0] };
    const known = [new Map()];
    const child = (parent, name) => {
        let node = known[parent].get(name);
        if (node === undefined) {
            node = tree.parent.push(parent) - 1;
            tree.name.push(name);
            for (const column of [tree.leaking, tree.live, tree.value])
                column.push(0);
            known.push(new Map());
            known[parent].set(name, node);
        }
        return node;
    };
    for (let leaf = 1; leaf < upright.parent.length; leaf++) {
        const self = ['leaking', 'live', 'value'].map(key => selfOf(upright, upright[key], leaf));
        if (self.every(value => value === 0))
            continue;
        const add = node => ['leaking', 'live', 'value'].forEach((key, i) => tree[key][node] += self[i]);
        let to = 0;
        add(to);
        for (let from = leaf; from !== 0; from = upright.parent[from]) {
            to = child(to, upright.name[from]);
            add(to);
        }
    }
    return treeWithChildren(tree);
}

/* ---- drawing ---- */

const flame = { tree: null, data: null, type: null, frames: new Map(), width: 0 };

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

function frameText(node) {
    const { tree, type, data } = flame, value = tree.value[node] ?? 0;
    const parts = [`${frameWhole(node)}: ${valueText(value, type)} ${type.name}`,
                   percentText(value, type.total)];
    const share = leakShare(node), place = data.places[tree.name[node]];
    if (share > 0)
        parts.push(`${percentText(share, 1)} of its live timers leak`);
    if (place)
        parts.push(place);
    return parts.join(', ');
}

function leakShare(node) {
    const live = flame.tree.live[node] ?? 0;
    return live > 0 ? (flame.tree.leaking[node] ?? 0) / live : 0;
}

function frameMatches(pattern, node) {
    const name = flame.tree.name[node];
    return name !== OTHER && functionMatches(pattern, flame.data, name);
}

function makeFrame(node, level, left, width, pattern) {
    const frame = element('div', {
        class: 'frame', role: 'treeitem', tabindex: -1, 'aria-level': level + 1,
        'aria-label': frameText(node), 'data-node': node,
    }, width * byId('flame').clientWidth < NARROWEST_TEXT ? '' : frameName(node));
    frame.style.top = `${level * ROW}px`;
    frame.style.left = `${100 * left}%`;
    frame.style.width = `${100 * width}%`;
    frame.style.setProperty('--share', `${Math.round(100 * leakShare(node))}%`);
    frame.classList.toggle('rest', node === 0 || flame.tree.name[node] === OTHER);
    if (pattern)
        frame.classList.add(frameMatches(pattern, node) ? 'match' : 'miss');
    return frame;
}

/* From the root to the node. */
function pathTo(node) {
    const path = [node];
    while (path[0] !== 0)
        path.unshift(flame.tree.parent[path[0]]);
    return path;
}

/* Makes the node's frame and those below it; returns the deepest level. */
function drawBelow(node, level, left, width, least, pattern) {
    const { tree, frames } = flame;
    let deepest = level, at = left;
    frames.set(node, makeFrame(node, level, left, width, pattern));
    for (const child of tree.children[node]) {
        const part = tree.value[node] > 0 ? width * (tree.value[child] ?? 0) / tree.value[node] : 0;
        if (part >= least)
            deepest = Math.max(deepest, drawBelow(child, level + 1, at, part, least, pattern));
        at += part;
    }
    return deepest;
}

/* Of what is shown: matches below a match are counted with it. */
function matchedValue(node, pattern) {
    if (node !== 0 && frameMatches(pattern, node))
        return flame.tree.value[node] ?? 0;
    return flame.tree.children[node].reduce((sum, child) => sum + matchedValue(child, pattern), 0);
}

function flameDraw() {
    const { tree, type, frames } = flame, box = byId('flame');
    const zoom = tree.parent[Number(state.zoom)] === undefined ? 0 : Number(state.zoom);
    const pattern = patternOf(state.search), path = pathTo(zoom);
    const least = NARROWEST / Math.max(box.clientWidth, 1);
    const focused = Number(document.activeElement?.dataset?.node ?? NaN);
    flame.width = box.clientWidth;
    frames.clear();
    path.slice(0, -1).forEach((node, level) => {
        frames.set(node, makeFrame(node, level, 0, 1, pattern));
        frames.get(node).classList.add('above');
    });
    const deepest = drawBelow(zoom, path.length - 1, 0, 1, least, pattern);
    box.style.height = `${(deepest + 1) * ROW}px`;
    box.replaceChildren(...frames.values());
    const current = frames.get(focused) ?? frames.get(zoom);
    current.tabIndex = 0;
    if (frames.has(focused))
        current.focus();
    const matched = pattern ? matchedValue(0, pattern) : 0;
    byId('flame-matched').textContent = pattern ?
        `${percentText(matched, type.total)} matched: ${valueText(matched, type)}` : '';
}

function flameRender(data) {
    const index = typeIndex(data);
    const upright = treeUpright(data, index);
    Object.assign(flame, { data, type: data.types[index] });
    flame.tree = state.invert ? treeInverted(upright) : upright;
    byId('invert').checked = Boolean(state.invert);
    byId('reset').disabled = state.zoom === '0';
    byId('flame-cut').textContent = flame.type.total === 0 ?
        `There is nothing to show: no timer counts as ${flame.type.name}.` : data.tree.cut > 0 ?
        `Stacks below ${percentText(data.tree.cut, 1)} of the total are summed up as "other".` : '';
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

function flameFocus(node) {
    const frame = flame.frames.get(node);
    if (!frame)
        return;
    for (const other of flame.frames.values())
        other.tabIndex = -1;
    frame.tabIndex = 0;
    frame.focus();
}

function flameStart() {
    const box = byId('flame');
    const tell = event => {
        if (event.target.dataset.node !== undefined)
            byId('flame-info').textContent = frameText(Number(event.target.dataset.node));
    };
    box.addEventListener('click', event => {
        if (event.target.dataset.node !== undefined)
            flameZoom(Number(event.target.dataset.node));
    });
    box.addEventListener('keydown', flameKey);
    box.addEventListener('focusin', tell);
    box.addEventListener('pointerover', tell);
    byId('reset').addEventListener('click', () => flameZoom(0));
    byId('invert').addEventListener(
        'change', event => stateSet({ invert: event.target.checked ? '1' : '', zoom: '0' }));
    /* Drawing gives it its height: were it drawn again for that, a click begun meanwhile is lost. */
    new ResizeObserver(() => {
        if (state.view === 'flame' && flame.tree && box.clientWidth !== flame.width)
            flameDraw();
    }).observe(box);
}
