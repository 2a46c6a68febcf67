/* values.js - numbers and times in words, as the terminal's views have them. */

const NS = { us: 1e3, ms: 1e6, second: 1e9, minute: 60e9, hour: 3600e9, day: 86400e9 };

const twoDigits = number => String(Math.floor(number)).padStart(2, '0');

function countText(count) {
    return Math.round(count).toLocaleString('en-US');
}

function durationText(ns) {
    if (ns < NS.us)
        return `${ns}ns`;
    if (ns < 100 * NS.us)
        return `${(ns / NS.us).toFixed(1)}us`;
    if (ns < 100 * NS.ms)
        return `${(ns / NS.ms).toFixed(1)}ms`;
    if (ns < NS.second)
        return `${(ns / NS.ms).toFixed(0)}ms`;
    if (ns < NS.minute)
        return `${(ns / NS.second).toFixed(1)}s`;
    if (ns < NS.hour)
        return `${Math.floor(ns / NS.minute)}m${twoDigits(ns % NS.minute / NS.second)}s`;
    if (ns < NS.day)
        return `${Math.floor(ns / NS.hour)}h${twoDigits(ns % NS.hour / NS.minute)}m`;
    return `${Math.floor(ns / NS.day)}d${twoDigits(ns % NS.day / NS.hour)}h`;
}

/* In units of 1,024, as pprof has them. */
function bytesText(bytes) {
    const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
    const unit = Math.min(Math.max(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), 0), units.length - 1);
    return `${(bytes / 1024 ** unit).toFixed(unit > 0 ? 1 : 0)} ${units[unit]}`;
}

function valueText(value, type) {
    return type.unit === 'nanoseconds' ? durationText(value) : countText(value);
}

/* As pprof has it: three significant digits, and no sign. */
function percentText(part, whole) {
    const percent = whole > 0 ? 100 * Math.abs(part) / whole : 0;
    if (percent >= 99.95 && percent <= 100.05)
        return '100%';
    return percent >= 1 ? `${percent.toFixed(2)}%` : `${Number(percent.toPrecision(2))}%`;
}

/* Text that may stand in a regular expression; one that is none is taken word for word. */
function patternOf(text) {
    if (!text)
        return null;
    try {
        return new RegExp(text, 'i');
    } catch {
        return new RegExp(text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), 'i');
    }
}

/* ---- functions: what is shown for them, and what that leaves out ---- */

function wholeName(data, name) {
    return data.wholes[name] || data.names[name];
}

function functionMatches(pattern, data, name) {
    return [data.names, data.wholes, data.places].some(column => pattern.test(column[name]));
}

/* What stands in a part, and what its short names are short for; what can be pressed is no part of it. */
function wordsOf(part) {
    const texts = [...part.children].filter(child => !child.matches('.copies'))
        .map(child => child.textContent);
    const titles = [...part.querySelectorAll('code[title]')].map(code => code.title);
    return [...texts, ...titles].join('\n');
}

/* A name, and the whole of it where that is more. */
function codeOf(name, whole) {
    return element('code', whole ? { title: whole } : {}, name);
}

/* ---- making elements: what a recording says is only ever text ---- */

function element(name, attributes = {}, ...children) {
    return filled(document.createElement(name), attributes, children);
}

function svgElement(name, attributes = {}, ...children) {
    return filled(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function filled(made, attributes, children) {
    for (const [key, value] of Object.entries(attributes))
        made.setAttribute(key, value);
    made.append(...children);
    return made;
}

const byId = id => document.getElementById(id);
