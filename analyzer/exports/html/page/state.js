/*
 * state.js - what is shown, kept in the page's address so that it can be handed on:
 *
 *     view=findings|timers|flame|time|graph|functions|sites   type=SAMPLE TYPE   search=TEXT
 *     zoom=NODE and invert=1, of the flame graph       moment=POINT and scale=1, over time
 *     range=FROM-TO: points; process=NUMBER: only live timers created then, and of that process
 *     sites=COLUMN, functions=COLUMN, timers=COLUMN: sorted by it, with a '-' before it from the top down
 *     colour=change|verdict|module|age, of the flame graph's frames
 *     size=PERCENT of the call graph                   theme=light|dark
 */

const DEFAULTS = {
    view: 'findings', type: 'live', search: '', zoom: '0', invert: '', colour: '', moment: '', scale: '',
    sites: '', functions: '-flat', timers: '-age', range: '', process: '', size: '', theme: '',
};

const state = { ...DEFAULTS };
const watchers = [];

function stateRead() {
    const said = new URLSearchParams(location.hash.slice(1));
    for (const key of Object.keys(DEFAULTS))
        state[key] = said.get(key) ?? DEFAULTS[key];
}

function stateWrite() {
    const said = new URLSearchParams();
    for (const [key, value] of Object.entries(state)) {
        if (value !== DEFAULTS[key])
            said.set(key, value);
    }
    try {
        history.replaceState(null, '', `#${said}`);
    } catch {
        /* Some browsers refuse when it changes often: what is shown counts more than its address. */
    }
}

function stateTell() {
    for (const watcher of watchers)
        watcher();
}

/* Changes what is shown; all that show it are told. */
function stateSet(changes) {
    Object.assign(state, changes);
    stateWrite();
    stateTell();
}

function stateWatch(watcher) {
    watchers.push(watcher);
}
