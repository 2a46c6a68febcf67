/* script.js - puts the page together: what is shown, the tools above it, and new data. */

const VIEWS = {
    findings: findingsRender, timers: timersRender, flame: flameRender, time: timelineRender, graph: graphRender,
    functions: functionsRender, sites: sitesRender,
};

/* A page that is served asks again: after two seconds, or ten times as long as it had to wait. */
const PATIENCE = { least: 2000, factor: 10 };

let data;

function typeIndex({ types }) {
    return Math.max(0, types.findIndex(type => type.name === state.type && !type.unknown));
}

function readData(from) {
    return JSON.parse(from.getElementById('data').textContent);
}

/* ---- what is shown ---- */

function showView(shown) {
    const view = state.view in VIEWS ? state.view : 'findings';
    for (const name of Object.keys(VIEWS)) {
        const tab = byId(`tab-${name}`), selected = name === view;
        byId(`view-${name}`).hidden = !selected;
        tab.ariaSelected = String(selected);
        tab.tabIndex = selected ? 0 : -1;
    }
    VIEWS[view](shown);
}

function showTools({ types }) {
    const search = byId('search');
    if (search.value !== state.search)
        search.value = state.search;
    [...byId('type').options].forEach((option, i) => {
        option.disabled = types[i].sum + types[i].base === 0;
        option.textContent = types[i].name.replaceAll('_', ' ') +
            (types[i].unknown ? ': of the whole run only' : '');
    });
    byId('type').value = types[typeIndex({ types })].name;
    byId('theme').querySelector('select').value = state.theme;
    document.documentElement.dataset.theme = state.theme;
}

function show() {
    const shown = dataInScope(data);
    showTools(shown);
    scopeTools(data);
    scopeTell(shown, data);
    showView(shown);
}

/* ---- tools ---- */

function startTabs() {
    const tabs = byId('tabs'), names = Object.keys(VIEWS);
    const steps = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity };
    tabs.addEventListener('click', event => {
        const tab = event.target.closest('[role=tab]');
        if (tab)
            stateSet({ view: tab.id.slice('tab-'.length) });
    });
    tabs.addEventListener('keydown', event => {
        if (!(event.key in steps))
            return;
        const to = names.indexOf(state.view) + steps[event.key];
        stateSet({ view: names[Math.min(Math.max(to, 0), names.length - 1)] });
        byId(`tab-${state.view}`).focus();
        event.preventDefault();
    });
    for (const name of names)
        byId(`view-${name}`).setAttribute('role', 'tabpanel');
}

function startTypes() {
    byId('type').append(...data.types.map(({ name }) => element('option', { value: name })));
    byId('type').addEventListener('change', event => stateSet(
        { type: event.target.value, ...(state.invert ? { zoom: DEFAULTS.zoom } : {}) }));
}

function startTools() {
    startTabs();
    startTypes();
    byId('search').addEventListener('input', event => stateSet({ search: event.target.value }));
    byId('theme').addEventListener('change', event => stateSet({ theme: event.target.value }));
    document.addEventListener('keydown', event => {
        const typing = event.target.closest('input, select, textarea');
        if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
            byId('search').focus();
            event.preventDefault();
        }
    });
    document.body.classList.add('scripted');
    for (const id of ['tools', 'theme'])
        byId(id).hidden = false;
}

/* ---- a recording that still grows: the page is fetched again, and its parts taken over ---- */

const following = { wanted: true };

function takeOver(page) {
    const open = new Map([...document.querySelectorAll('details')].map(each => [each.id, each.open]));
    for (const id of ['summary', 'findings', 'sites'])
        byId(id).replaceChildren(...page.getElementById(id).childNodes);
    for (const details of document.querySelectorAll('details'))
        details.open = open.get(details.id) ?? details.open;
    data = readData(page);
    makeSortable(byId('sites-table'), 'sites');
    show();
}

function tellFreshness(failed) {
    const time = new Date().toLocaleTimeString();
    byId('freshness').textContent = failed ? `timerleak does not answer since ${time}` :
        data.running ? `running, as of ${time}` : 'ended';
    byId('refresh').hidden = failed || !data.running;
    byId('refresh').ariaPressed = String(following.wanted);
    byId('refresh').textContent = following.wanted ? 'following' : 'paused';
}

async function follow() {
    const start = performance.now();
    if (following.wanted && !document.hidden) {
        try {
            const answer = await fetch(location.pathname, { cache: 'no-store' });
            if (answer.ok)
                takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
            tellFreshness(!answer.ok);
        } catch {
            tellFreshness(true);
        }
    }
    if (data.running)
        setTimeout(follow, Math.max(PATIENCE.least, PATIENCE.factor * (performance.now() - start)));
}

function startFollowing() {
    if (document.body.dataset.served !== 'yes')
        return;
    byId('refresh').addEventListener('click', () => {
        following.wanted = !following.wanted;
        tellFreshness(false);
    });
    tellFreshness(false);
    if (data.running)
        setTimeout(follow, PATIENCE.least);
}

/* ---- start ---- */

data = readData(document);
stateRead();
startTools();
colourStart();
scopeStart();
copyStart();
timersStart();
flameStart();
timelineStart();
graphStart();
makeSortable(byId('sites-table'), 'sites');
makeSortable(byId('functions-table'), 'functions');
stateWatch(show);
addEventListener('hashchange', () => {
    stateRead();
    show();
});
show();
startFollowing();
