/*
 * layout.js - places the boxes of a graph in layers, callers above callees, with few crossings:
 * Sugiyama's method. Knows boxes and edges, nothing of what they show.
 */

const GAP = { x: 24, y: 48 };
const SWEEPS = 12;

/*
 * `boxes` have width and height, `edges` from and to (indices of boxes). Gives each box x and y of
 * its middle, each edge its `points`, and returns the whole's width and height.
 */
function layoutGraph(boxes, edges) {
    const links = forwardLinks(boxes.length, edges.filter(edge => edge.from !== edge.to));
    const layers = makeLayers(boxes, links);
    orderLayers(layers);
    const size = placeLayers(layers);
    for (const link of links)
        link.edge.points = linkPoints(link);
    for (const edge of edges.filter(each => each.from === each.to))
        edge.points = loopPoints(boxes[edge.from]);
    return size;
}

/* Edges that would close a circle are followed backwards, so that all lead down. */
function forwardLinks(count, edges) {
    const out = Array.from({ length: count }, () => []), seen = new Uint8Array(count), links = [];
    const OPEN = 1, DONE = 2;
    for (const edge of edges)
        out[edge.from].push(edge);
    const visit = node => {
        seen[node] = OPEN;
        for (const edge of out[node]) {
            const back = seen[edge.to] === OPEN;
            links.push({ edge, back, from: back ? edge.to : node, to: back ? node : edge.to });
            if (!seen[edge.to])
                visit(edge.to);
        }
        seen[node] = DONE;
    };
    const called = new Set(edges.map(edge => edge.to));
    for (let node = 0; node < count; node++) {
        if (!called.has(node) && !seen[node])
            visit(node);
    }
    for (let node = 0; node < count; node++) {
        if (!seen[node])
            visit(node);
    }
    return links;
}

/* One below its lowest caller. */
function rankNodes(count, links) {
    const rank = new Array(count).fill(0), waits = new Array(count).fill(0);
    const out = Array.from({ length: count }, () => []);
    for (const link of links) {
        out[link.from].push(link.to);
        waits[link.to]++;
    }
    const ready = rank.map((_, node) => node).filter(node => waits[node] === 0);
    while (ready.length > 0) {
        const node = ready.pop();
        for (const to of out[node]) {
            rank[to] = Math.max(rank[to], rank[node] + 1);
            if (--waits[to] === 0)
                ready.push(to);
        }
    }
    return rank;
}

/* Each layer is a row of cells: boxes, and thin ones where an edge passes through. */
function makeLayers(boxes, links) {
    const rank = rankNodes(boxes.length, links), layers = [];
    const cellIn = (layer, box) => {
        const cell = { box, width: box?.width ?? 1, height: box?.height ?? 0, up: [], down: [] };
        (layers[layer] ??= []).push(cell);
        return cell;
    };
    const cells = boxes.map((box, node) => cellIn(rank[node], box));
    for (const link of links) {
        link.cells = [cells[link.from]];
        for (let layer = rank[link.from] + 1; layer < rank[link.to]; layer++)
            link.cells.push(cellIn(layer, null));
        link.cells.push(cells[link.to]);
        for (let i = 1; i < link.cells.length; i++) {
            link.cells[i - 1].down.push(link.cells[i]);
            link.cells[i].up.push(link.cells[i - 1]);
        }
    }
    return layers;
}

const mean = numbers => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;

/* Every cell goes where its neighbours in the layer before are, by turns downwards and upwards. */
function orderLayers(layers) {
    for (const layer of layers)
        layer.forEach((cell, i) => { cell.order = i; });
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
        const side = sweep % 2 ? 'down' : 'up';
        for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
            for (const cell of layer) {
                const near = cell[side].map(other => other.order);
                cell.wish = near.length > 0 ? mean(near) : cell.order;
            }
            layer.sort((a, b) => a.wish - b.wish);
            layer.forEach((cell, i) => { cell.order = i; });
        }
    }
}

/*
 * As near as can be to where each cell wishes to be, in their order and without touching: cells
 * that would overlap form a block, which stands where they wish to be on the average.
 */
function settle(layer) {
    const blocks = [];
    let before = 0;
    for (const cell of layer) {
        cell.offset = before + cell.width / 2;
        before += cell.width + GAP.x;
        let block = { sum: cell.wish - cell.offset, count: 1 };
        while (blocks.length > 0 && blocks.at(-1).sum / blocks.at(-1).count > block.sum / block.count) {
            const last = blocks.pop();
            block = { sum: last.sum + block.sum, count: last.count + block.count };
        }
        blocks.push(block);
    }
    let next = 0;
    for (const { sum, count } of blocks) {
        for (const cell of layer.slice(next, next += count))
            cell.x = sum / count + cell.offset;
    }
}

function placeLayers(layers) {
    for (const layer of layers) {
        layer.forEach(cell => { cell.wish = 0; });
        settle(layer);
    }
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
        const side = sweep % 2 ? 'down' : 'up';
        for (const layer of sweep % 2 ? [...layers].reverse() : layers) {
            for (const cell of layer)
                cell.wish = cell[side].length > 0 ? mean(cell[side].map(other => other.x)) : cell.x;
            settle(layer);
        }
    }
    return moveIntoView(layers);
}

function moveIntoView(layers) {
    const cells = layers.flat();
    const left = Math.min(...cells.map(cell => cell.x - cell.width / 2)) - GAP.x;
    let y = GAP.x;
    for (const layer of layers) {
        const height = Math.max(...layer.map(cell => cell.height));
        for (const cell of layer) {
            cell.x -= left;
            cell.y = y + height / 2;
            cell.top = y;
            cell.bottom = y + height;
            Object.assign(cell.box ?? {}, { x: cell.x, y: cell.y });
        }
        y += height + GAP.y;
    }
    return {
        width: Math.max(...cells.map(cell => cell.x + cell.width / 2)) + GAP.x,
        height: y - GAP.y + GAP.x,
    };
}

/* From box to box, straight through the layers between: corners to bend around. */
function linkPoints({ cells, back }) {
    const points = [];
    cells.forEach((cell, i) => {
        const half = (cell.box?.height ?? 0) / 2;
        if (i > 0)
            points.push({ x: cell.x, y: cell.box ? cell.y - half : cell.top });
        if (i < cells.length - 1)
            points.push({ x: cell.x, y: cell.box ? cell.y + half : cell.bottom });
    });
    return back ? points.reverse() : points;
}

/* A function that calls itself. */
function loopPoints({ x, y, width, height }) {
    const right = x + width / 2;
    return [{ x: right, y: y - height / 4 }, { x: right + GAP.x, y }, { x: right, y: y + height / 4 }];
}
