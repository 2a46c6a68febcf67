/* graph.js - the call graph, as pprof draws it: a box is larger the more is in it alone. */

const FONT = { least: 11, growth: 11, width: 0.62 }; /* px; a letter is so wide */
const LONGEST_NAME = 44;
const THICKEST = 5;

const graph = { picture: null, size: null };

function shortName(name) {
    return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/* Of a function's live timers, those that leak: 0 to 1. */
function leakShares(data) {
    const live = new Map(), leaking = new Map();
    const add = (sums, name, value) => sums.set(name, (sums.get(name) ?? 0) + (value ?? 0));
    data.tree.name.forEach((name, node) => {
        add(live, name, data.tree.values[0][node]);
        add(leaking, name, data.tree.verdicts.at(-1)[node]);
    });
    return name => live.get(name) > 0 ? leaking.get(name) / live.get(name) : 0;
}

const GRAPH_LEGEND = [['var(--leak-part)', 'its live timers leak'], ['var(--frame)', 'none do']];
const CHANGE_LEGEND = [['var(--grown)', 'more than in the base'], ['var(--shrunk)', 'less'],
                       ['var(--frame)', 'the same']];

/* Of a comparison, how a box changed; few colours for small shares, as pprof has it. */
function boxColour(data, type, cum, leakShare) {
    if (!data.comparison)
        return { colour: 'var(--leak-part)', share: leakShare };
    return {
        colour: cum < 0 ? 'var(--shrunk)' : 'var(--grown)',
        share: Math.sqrt(Math.min(Math.abs(cum) / Math.max(type.total, 1), 1)),
    };
}

function makeBoxes(data, shown, type) {
    const largest = Math.max(1, ...shown.flat.map(Math.abs));
    return shown.name.map((name, i) => {
        const font = FONT.least + FONT.growth * Math.sqrt(Math.abs(shown.flat[i]) / largest);
        const text = [shortName(data.names[name])];
        if (shown.flat[i])
            text.push(`${amountText(data, type, shown.flat[i], 0)} ` +
                      `(${percentText(shown.flat[i], type.total)})`);
        if (shown.cum[i] !== shown.flat[i])
            text.push(`${shown.flat[i] ? 'of ' : ''}${amountText(data, type, shown.cum[i], 0)} ` +
                      `(${percentText(shown.cum[i], type.total)})`);
        const letters = Math.max(...text.map(line => line.length));
        return {
            name, font, text, cum: shown.cum[i],
            width: letters * font * FONT.width + 16,
            height: text.length * font * 1.25 + 10,
        };
    });
}

/* Smooth from corner to corner, leaving and arriving downwards. */
function curve(points) {
    let path = `M${points[0].x} ${points[0].y}`;
    for (let i = 1; i < points.length; i++) {
        const a = points[i - 1], b = points[i], middle = (a.y + b.y) / 2;
        path += `C${a.x} ${middle} ${b.x} ${middle} ${b.x} ${b.y}`;
    }
    return path;
}

function loop([a, b, c]) {
    return `M${a.x} ${a.y}C${b.x} ${a.y} ${b.x} ${c.y} ${c.x} ${c.y}`;
}

/* Half way through the first gap between layers: further on, edges come together. */
function labelPlace([a, b]) {
    return { x: (a.x + b.x) / 2 + 5, y: (a.y + b.y) / 2 + 3 };
}

function drawEdge(data, edge, boxes, type) {
    const itself = edge.from === edge.to;
    const thick = 1 + (THICKEST - 1) * Math.abs(edge.weight) / Math.max(type.total, 1);
    const says = `${data.names[boxes[edge.from].name]} to ${data.names[boxes[edge.to].name]}: ` +
        amountText(data, type, edge.weight, 0) + (edge.residual ? ', over others' : '');
    return svgElement('g', { class: edge.residual ? 'edge residual' : 'edge' },
                      svgElement('title', {}, says),
                      svgElement('path', {
                          d: itself ? loop(edge.points) : curve(edge.points),
                          'stroke-width': thick.toFixed(1), 'marker-end': 'url(#arrow)',
                      }),
                      svgElement('text', labelPlace(edge.points),
                                 amountText(data, type, edge.weight, 0)));
}

function drawBox(data, box, pattern, { colour, share }) {
    const name = wholeName(data, box.name), place = data.places[box.name];
    const drawn = svgElement('g', {
        class: 'box', tabindex: 0, role: 'img', 'data-name': data.names[box.name],
        'aria-label': [name, ...box.text.slice(1), place].filter(Boolean).join(', '),
    });
    const rectangle = svgElement('rect', {
        x: box.x - box.width / 2, y: box.y - box.height / 2, width: box.width, height: box.height,
        rx: 3,
    });
    rectangle.style.setProperty('--share', `${Math.round(100 * share)}%`);
    rectangle.style.setProperty('--colour', colour);
    drawn.append(svgElement('title', {}, place ? `${name}\n${place}` : name), rectangle);
    box.text.forEach((line, i) => {
        drawn.append(svgElement('text', {
            x: box.x, 'font-size': box.font.toFixed(1), 'text-anchor': 'middle',
            y: box.y - box.height / 2 + 5 + box.font * (1.25 * i + 1),
        }, line));
    });
    if (pattern)
        drawn.classList.add(functionMatches(pattern, data, box.name) ? 'match' : 'miss');
    return drawn;
}

function arrowHead() {
    return svgElement('defs', {}, svgElement('marker', {
        id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9,
        markerUnits: 'userSpaceOnUse', orient: 'auto',
    }, svgElement('path', { d: 'M0 0L8 4L0 8Z' })));
}

function graphRender(data) {
    const index = typeIndex(data), type = data.types[index], shown = data.graphs[index];
    const box = byId('graph');
    legendShow('graph-key', data.comparison ? CHANGE_LEGEND : GRAPH_LEGEND);
    byId('graph-note').textContent = shown?.omitted > 0 ?
        `${countText(shown.omitted)} functions with little in them are left out.` : '';
    if (!shown || shown.name.length === 0) {
        box.replaceChildren(element('p', { class: 'note' }, nothingText(data, type)));
        graph.picture = null;
        return;
    }
    const boxes = makeBoxes(data, shown, type), pattern = patternOf(state.search);
    const edges = shown.from.map((from, i) => ({
        from, to: shown.to[i], weight: shown.weight[i], residual: shown.residual[i],
    }));
    graph.size = layoutGraph(boxes, edges);
    const share = leakShares(data);
    graph.picture = svgElement('svg', { viewBox: `0 0 ${graph.size.width} ${graph.size.height}` },
                               arrowHead(), ...edges.map(edge => drawEdge(data, edge, boxes, type)),
                               ...boxes.map(each => drawBox(
                                   data, each, pattern,
                                   boxColour(data, type, each.cum, share(each.name)))));
    box.replaceChildren(graph.picture);
    graphScale();
}

/* ---- its size ---- */

/* Not larger than it was made: letters would be. */
function fittingSize() {
    const room = byId('graph').clientWidth / graph.size.width;
    return Math.round(100 * Math.min(1, Math.max(room, 0.1)));
}

function graphScale() {
    const percent = Number(state.size) || fittingSize();
    graph.picture.setAttribute('width', graph.size.width * percent / 100);
    graph.picture.setAttribute('height', graph.size.height * percent / 100);
    byId('graph-info').textContent = `${percent}%`;
}

function graphStart() {
    const resize = factor => {
        const now = Number(state.size) || fittingSize();
        stateSet({ size: String(Math.min(Math.max(Math.round(now * factor), 10), 400)) });
    };
    byId('smaller').addEventListener('click', () => resize(0.8));
    byId('larger').addEventListener('click', () => resize(1.25));
    byId('fit').addEventListener('click', () => stateSet({ size: '' }));
}
