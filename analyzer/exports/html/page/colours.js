/*
 * colours.js - what the frames of the flame graph are coloured by.
 *
 * A frame is painted in parts, each as wide as what it stands for: half of a frame is red where half
 * of its live timers leak. So each colour is one that the legend has, and text on it can be read.
 */

const AGES = 5;
const MODULES_NAMED = 8;

const totalOf = (nodes, column) => nodes.reduce((sum, node) => sum + column[node], 0);

/* A part is a colour and the share of the frame that has it, 0 to 1; the rest is of none. */
const COLOURS = {
    change: {
        name: 'change',
        parts(nodes) {
            const { value, before, weight } = flame.tree;
            const change = totalOf(nodes, value) - totalOf(nodes, before);
            const colour = change < 0 ? 'var(--shrunk)' : 'var(--grown)';
            return [[colour, Math.abs(change) / Math.max(totalOf(nodes, weight), 1)]];
        },
        says: () => '',
        legend: () => [['var(--grown)', 'more than in the base'],
                       ['var(--shrunk)', 'less'], ['var(--frame)', 'in both, or made up for']],
    },
    verdict: {
        name: 'verdict',
        parts(nodes) {
            const { live } = flame.tree, all = totalOf(nodes, live);
            if (all === 0)
                return [['var(--clean-part)', 1]];
            return ['leak', 'growing', 'held', 'clean'].map(
                verdict => [`var(--${verdict}-part)`, totalOf(nodes, flame.tree[verdict]) / all]);
        },
        says(nodes) {
            const share = totalOf(nodes, flame.tree.leak) / Math.max(totalOf(nodes, flame.tree.live), 1);
            return share > 0 ? `${percentText(share, 1)} of its live timers leak` : '';
        },
        legend: () => [['var(--leak-part)', 'leak'], ['var(--growing-part)', 'growing'],
                       ['var(--held-part)', 'held'], ['var(--clean-part)', 'clean: none live']],
    },
    module: {
        name: 'module',
        parts(nodes) {
            const all = totalOf(nodes, flame.tree.weight), shares = new Map();
            for (const node of nodes) {
                const module = moduleOf(node);
                shares.set(module, (shares.get(module) ?? 0) + flame.tree.weight[node]);
            }
            return [...shares].map(([module, weight]) => [moduleColour(module), weight / all]);
        },
        says: nodes => nodes.length === 1 ? moduleOf(nodes[0]) : '',
        legend: moduleLegend,
    },
    age: {
        name: 'age',
        parts(nodes) {
            const live = totalOf(nodes, flame.tree.live);
            return live > 0 ? [[`var(--age-${ageStep(totalOf(nodes, flame.tree.age) / live)})`, 1]] : [];
        },
        says(nodes) {
            const live = totalOf(nodes, flame.tree.live);
            return live > 0 ?
                `${durationText(Math.round(totalOf(nodes, flame.tree.age) / live))} old on average` : '';
        },
        legend: ageLegend,
    },
};

/* ---- modules ---- */

function moduleOf(node) {
    return flame.data.modules[flame.data.module[flame.tree.name[node]]] ?? '';
}

/* FNV-1a of the name: a module has the same colour in every page. */
function moduleColour(module) {
    let hash = 0x811c9dc5;
    if (module === '')
        return 'var(--frame)';
    for (const byte of new TextEncoder().encode(module))
        hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    const hue = hash % 360;
    return `light-dark(hsl(${hue} 55% 80%), hsl(${hue} 35% 28%))`;
}

/* Those that most of the graph is of. */
function moduleLegend() {
    const weights = new Map();
    for (let node = 1; node < flame.tree.parent.length; node++) {
        const module = moduleOf(node);
        if (module !== '')
            weights.set(module, (weights.get(module) ?? 0) + flame.tree.weight[node]);
    }
    const modules = [...weights].filter(([, weight]) => weight > 0).sort((a, b) => b[1] - a[1]);
    const named = modules.slice(0, MODULES_NAMED).map(([name]) => [moduleColour(name), name]);
    if (modules.length > named.length)
        named.push(['', `and ${countText(modules.length - named.length)} more`]);
    return [...named, ['var(--frame)', 'of none, or of several']];
}

/* ---- ages: of live timers, on average, in steps of the run ---- */

function ageStep(age) {
    return Math.min(Math.floor(AGES * age / Math.max(flame.data.duration, 1)), AGES - 1);
}

function ageLegend() {
    const steps = [];
    for (let i = 0; i < AGES; i++) {
        const from = durationText(Math.round(flame.data.duration * i / AGES));
        const to = durationText(Math.round(flame.data.duration * (i + 1) / AGES));
        steps.push([`var(--age-${i})`, i === AGES - 1 ? `${from} and more` : `${from} to ${to}`]);
    }
    return [...steps, ['var(--frame)', 'none live']];
}

/* ---- the one that is chosen ---- */

function colourKeys(data) {
    return Object.keys(COLOURS).filter(key => key !== 'change' || data.comparison);
}

function colourChosen(data) {
    const keys = colourKeys(data);
    return keys.includes(state.colour) ? state.colour : keys[0];
}

/* As an image: the frame's own colour shows where no part is. */
function colourImage(nodes) {
    const stops = [];
    let at = 0;
    for (const [colour, share] of COLOURS[colourChosen(flame.data)].parts(nodes)) {
        if (share > 0)
            stops.push(`${colour} ${(100 * at).toFixed(2)}% ${(100 * (at + share)).toFixed(2)}%`);
        at += share;
    }
    if (at < 0.9999)
        stops.push(`transparent ${(100 * at).toFixed(2)}%`);
    return `linear-gradient(to right, ${stops.join(', ')})`;
}

/* Of colours and what they mean; one of no colour is text. */
function legendShow(id, legend) {
    byId(id).replaceChildren(...legend.map(([colour, text]) => {
        const entry = element('span', { class: 'entry' });
        if (colour) {
            const swatch = element('span', { class: 'swatch' });
            swatch.style.background = colour;
            entry.append(swatch);
        }
        entry.append(text);
        return entry;
    }));
}

function colourTools(data) {
    byId('colour').replaceChildren(...colourKeys(data).map(
        key => element('option', { value: key }, COLOURS[key].name)));
    byId('colour').value = colourChosen(data);
}

function colourStart() {
    byId('colour').addEventListener('change', event => stateSet({ colour: event.target.value }));
}
