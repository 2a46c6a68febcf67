/*
 * stacked.js - over the run, all sites one upon the other; a range of it, dragged or set by keys,
 * that rules what the other views are of: see scope.js.
 */

const LAYERS = { most: 8, width: 1000, height: 200, least: 4 }; /* px: less is a click */

const stacked = { data: null, layers: [], anchor: null, range: null };

/* ---- layers ---- */

const sumOf = (histories, key, point) => histories.reduce((sum, history) => sum + history[key][point], 0);

/* By the site, whatever others there are: two that fall on one colour part in the order of ids. */
function colourLayers(layers) {
    const taken = new Set();
    for (const layer of [...layers].sort((a, b) => a.history.id < b.history.id ? -1 : 1)) {
        let colour = parseInt(layer.history.id.slice(0, 8), 16) % LAYERS.most;
        while (taken.has(colour))
            colour = (colour + 1) % LAYERS.most;
        taken.add(colour);
        layer.colour = colour;
    }
}

const otherName = count => `${countText(count)} other ${count === 1 ? 'site' : 'sites'}`;

/* What all sites have, and those have not that are shown. */
function otherLayer(data, shown) {
    const [all] = data.histories, rest = key => all[key].map((value, i) => Math.max(0, value - sumOf(shown, key, i)));
    return { colour: 'other', history: { name: otherName(data.sites - shown.length),
                                         low: rest('low'), high: rest('high') } };
}

function layersOf(data) {
    const shown = data.histories.slice(1).sort((a, b) => peakOf(b) - peakOf(a)).slice(0, LAYERS.most);
    const layers = shown.map(history => ({ history }));
    colourLayers(layers);
    return data.sites > shown.length ? [...layers, otherLayer(data, shown)] : layers;
}

/* Each point is as wide as the time that it tells of. */
function layerPath(bottom, top, most) {
    const step = LAYERS.width / top.length, height = value => (LAYERS.height * (1 - value / most)).toFixed(1);
    const edge = values => values.flatMap((value, i) =>
        [i, i + 1].map(end => `${(end * step).toFixed(1)} ${height(value)}`));
    return `M${[...edge(top), ...edge(bottom).reverse()].join('L')}Z`;
}

function drawLayers(data) {
    const most = peakOf(data.histories[0]), picture = byId('layers');
    let bottom = data.histories[0].high.map(() => 0);
    picture.replaceChildren();
    for (const { history, colour } of stacked.layers) {
        const top = bottom.map((value, i) => value + history.high[i]);
        picture.append(svgElement('path', { class: `layer layer-${colour}`, d: layerPath(bottom, top, most) }));
        bottom = top;
    }
    picture.append(svgElement('line', { class: 'mark', y1: 0, y2: LAYERS.height }));
    picture.setAttribute('viewBox', `0 0 ${LAYERS.width} ${LAYERS.height}`);
    picture.setAttribute('aria-label', `live timers of all sites: at most ${countText(most)}`);
    byId('layers-most').textContent = countText(most);
    byId('layers-end').textContent = durationText(data.duration);
}

function drawLegend() {
    byId('legend').replaceChildren(...stacked.layers.map(({ history, colour }) => element(
        'li', {}, element('span', { class: `swatch layer-${colour}` }),
        element('span', { class: 'what' }, codeOf(history.name, history.whole), ' ',
                element('span', { class: 'place' }, history.place ?? '')),
        element('span', { class: 'then number' }))));
}

/* ---- one moment of it ---- */

function markLayers(point) {
    const line = byId('layers').querySelector('.mark');
    const x = (point + 0.5) * LAYERS.width / pointsOf(stacked.data);
    line.setAttribute('x1', x);
    line.setAttribute('x2', x);
    [...byId('legend').children].forEach((item, i) => {
        const { low, high } = stacked.layers[i].history;
        item.querySelector('.then').textContent = rangeText(low[point], high[point]);
    });
}

function layerAt(point, part) {
    let value = part * peakOf(stacked.data.histories[0]);
    return stacked.layers.findIndex(({ history }) => (value -= history.high[point]) < 0);
}

function tellLayer(event) {
    const box = byId('layers').getBoundingClientRect(), point = pointUnder(event);
    const layer = layerAt(point, (box.bottom - event.clientY) / box.height);
    moveMoment(String(point));
    [...byId('legend').children].forEach((item, i) => item.classList.toggle('here', i === layer));
    byId('layers-info').textContent = layer < 0 ? '' :
        `${stacked.layers[layer].history.name}: ` +
        `${byId('legend').children[layer].querySelector('.then').textContent} live`;
}

/* ---- the range ---- */

const lastPoint = () => pointsOf(stacked.data) - 1;

function pointUnder(event) {
    const box = byId('layers').getBoundingClientRect();
    const point = Math.floor((event.clientX - box.left) / box.width * (lastPoint() + 1));
    return Math.min(Math.max(point, 0), lastPoint());
}

function showRange(range) {
    const { from, to } = range ?? { from: 0, to: lastPoint() }, count = lastPoint() + 1;
    const left = 100 * from / count, right = 100 * (to + 1) / count;
    byId('before-range').style.width = `${left}%`;
    byId('after-range').style.width = `${100 - right}%`;
    for (const [id, value, at, time] of [['range-from', from, left, from], ['range-to', to, right, to + 1]]) {
        const handle = byId(id);
        handle.style.left = `${at}%`;
        handle.setAttribute('aria-valuemax', lastPoint());
        handle.setAttribute('aria-valuenow', value);
        handle.setAttribute('aria-valuetext', durationText(Math.round(momentOf(stacked.data, time))));
    }
    byId('range-text').textContent = range ? 'Arrow keys move an end of the range, with Shift both; Escape ends it.' :
        'Drag over a part of the run, or move its ends by arrow keys: the other views then show what was ' +
        'created in it and is still live.';
}

function setRange(from, to) {
    const whole = from === 0 && to === lastPoint();
    stateSet({ range: whole ? '' : `${from}-${to}` });
}

function beginDrag(event) {
    const range = rangeAsked(stacked.data), handle = event.target.id;
    const anchor = handle === 'range-from' ? range?.to ?? lastPoint() :
        handle === 'range-to' ? range?.from ?? 0 : pointUnder(event);
    stacked.anchor = { point: anchor, x: event.clientX };
    stacked.range = null;
    byId('chart').setPointerCapture(event.pointerId);
    if (event.target.role !== 'slider')
        event.preventDefault();
}

function drag(event) {
    const { anchor } = stacked, point = pointUnder(event);
    if (anchor && (stacked.range || Math.abs(event.clientX - anchor.x) >= LAYERS.least)) {
        stacked.range = { from: Math.min(anchor.point, point), to: Math.max(anchor.point, point) };
        showRange(stacked.range);
    }
    tellLayer(event);
}

function endDrag() {
    const { range } = stacked;
    Object.assign(stacked, { anchor: null, range: null });
    if (range)
        setRange(range.from, range.to);
}

/* With Shift both ends move. */
function rangeKey(event) {
    const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -8, PageUp: 8,
                    Home: -Infinity, End: Infinity };
    const { from, to } = rangeAsked(stacked.data) ?? { from: 0, to: lastPoint() };
    const step = steps[event.key], end = event.target.id;
    if (event.key === 'Escape')
        setRange(0, lastPoint());
    else if (step === undefined)
        return;
    else if (event.shiftKey) {
        const move = Math.min(Math.max(step, -from), lastPoint() - to);
        setRange(from + move, to + move);
    } else if (end === 'range-from')
        setRange(Math.min(Math.max(from + step, 0), to), to);
    else
        setRange(from, Math.min(Math.max(to + step, from), lastPoint()));
    event.preventDefault();
}

function stackedRender(data) {
    Object.assign(stacked, { data, layers: layersOf(data) });
    drawLayers(data);
    drawLegend();
    showRange(stacked.range ?? rangeAsked(data));
}

function stackedStart() {
    const chart = byId('chart');
    chart.addEventListener('pointerdown', beginDrag);
    chart.addEventListener('pointermove', drag);
    chart.addEventListener('pointerup', endDrag);
    chart.addEventListener('pointercancel', endDrag);
    for (const id of ['range-from', 'range-to'])
        byId(id).addEventListener('keydown', rangeKey);
}
