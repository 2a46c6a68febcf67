/* timeline.js - live timers over the run: a row for each site, one moment marked in all of them. */

const CHART = { width: 1000, height: 40 };

const timeline = { rows: [], data: null };

/* What is below a series of values. */
function areaPath(values, top) {
    const step = CHART.width / Math.max(values.length - 1, 1);
    const height = value => CHART.height - (CHART.height - 2) * value / top;
    const points = values.map((value, i) => `${(i * step).toFixed(1)} ${height(value).toFixed(1)}`);
    return `M0 ${CHART.height}L${points.join('L')}L${CHART.width} ${CHART.height}Z`;
}

function peakOf(history) {
    return Math.max(1, ...history.high);
}

function makeChart(history, top) {
    const label = `at most ${countText(Math.max(...history.high))} live`;
    const chart = svgElement('svg', {
        class: 'band', viewBox: `0 0 ${CHART.width} ${CHART.height}`, preserveAspectRatio: 'none',
        role: 'img', 'aria-label': label,
    });
    chart.append(svgElement('path', { class: 'high', d: areaPath(history.high, top) }),
                 svgElement('path', { class: 'low', d: areaPath(history.low, top) }),
                 svgElement('line', { class: 'mark', y1: 0, y2: CHART.height }));
    return chart;
}

function makeRow(history, top) {
    const name = history.name ?? 'all sites';
    const row = element('tr', { class: history.verdict ?? 'all' },
                        element('th', { scope: 'row' }, codeOf(name, history.whole), ' ',
                                element('span', { class: 'place' }, history.place ?? '')),
                        element('td', {}, history.family ?? ''),
                        element('td', { class: 'chart' }, makeChart(history, top)),
                        element('td', { class: 'number then' }),
                        element('td', { class: 'number' }, countText(history.live)));
    return { row, history };
}

function momentIndex(data) {
    const last = data.histories[0].high.length - 1;
    return state.moment === '' ? last : Math.min(Math.max(Number(state.moment) || 0, 0), last);
}

function rangeText(low, high) {
    return low === high ? countText(low) : `${countText(low)}–${countText(high)}`;
}

/* Only what the moment changes: it follows the pointer. */
function markMoment() {
    const { data, rows } = timeline, points = data.histories[0].high.length;
    const index = momentIndex(data), x = index * CHART.width / (points - 1);
    byId('moment').max = points - 1;
    byId('moment').value = index;
    byId('moment-text').textContent =
        `${durationText(Math.round(data.duration * (index + 1) / points))} of ${durationText(data.duration)}`;
    byId('moment').setAttribute('aria-valuetext', byId('moment-text').textContent);
    for (const { row, history } of rows) {
        const line = row.querySelector('.mark');
        line.setAttribute('x1', x);
        line.setAttribute('x2', x);
        row.querySelector('.then').textContent = rangeText(history.low[index], history.high[index]);
    }
    markLayers(index);
}

function timelineRender(data) {
    const top = state.scale ? peakOf(data.histories[0]) : 0;
    const pattern = patternOf(state.search);
    const shown = data.histories.filter(
        (history, i) => i === 0 || !pattern || 
            pattern.test(`${history.name} ${history.whole ?? ''} ${history.place}`));
    timeline.data = data;
    timeline.rows = shown.map(history => makeRow(history, top || peakOf(history)));
    byId('timeline').tBodies[0].replaceChildren(...timeline.rows.map(({ row }) => row));
    byId('scale').checked = Boolean(state.scale);
    const left = data.sites - (data.histories.length - 1);
    byId('timeline-note').textContent =
        (data.comparison ? 'This is of the new recordings alone: a base is kept at its end only. ' : '') +
        'Dark is the lowest number live, light the highest, at each moment since the start of the ' +
        'process.' + (left > 0 ? ` ${countText(left)} more sites are in "all sites" only.` : '') +
        (processAsked(data) !== null ? ' Of all processes.' : '');
    stackedRender(data);
    markMoment();
}

/* Follows the pointer without a word in the address, until it rests. */
function moveMoment(point) {
    state.moment = String(point);
    markMoment();
}

function pointAt(chart, x) {
    const box = chart.getBoundingClientRect(), last = timeline.data.histories[0].high.length - 1;
    return Math.min(Math.max(Math.round((x - box.left) / box.width * last), 0), last);
}

function timelineStart() {
    const rows = byId('timeline');
    byId('moment').addEventListener('input', event => moveMoment(event.target.value));
    byId('moment').addEventListener('change', stateWrite);
    byId('scale').addEventListener(
        'change', event => stateSet({ scale: event.target.checked ? '1' : '' }));
    rows.addEventListener('pointermove', event => {
        const chart = event.target.closest('.chart');
        if (chart)
            moveMoment(pointAt(chart, event.clientX));
    });
    rows.addEventListener('pointerleave', stateWrite);
    stackedStart();
}
