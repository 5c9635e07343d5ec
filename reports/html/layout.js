// SPDX-License-Identifier: MIT
// layout.js - a graph in layers from left to right, as layout.c does it; see layout.h.
'use strict';

const GAP_ACROSS = 14, GAP_PASSING = 10, GAP_ALONG = 70, PORT = 7, ROUNDS = 12;

// Depth first: a line to a box that is open closes a cycle, and is turned. Gives the boxes as they were done.
function turnLines(boxes, lines) {
	const done = [], state = boxes.map(() => 0), next = boxes.map(() => 0);
	const from = boxes.map(() => []), into = boxes.map(() => 0);
	let met = 0;

	for (const l of lines) {
		l.turned = false;
		from[l.from].push(l);
		into[l.to]++;
	}
	const walk = (root) => {
		const path = [];
		const meet = (b) => {
			state[b] = 1;
			boxes[b].met = met++;
			path.push(b);
		};

		if (state[root])
			return;
		meet(root);
		while (path.length) {
			const b = path[path.length - 1], l = from[b][next[b]++];

			if (!l) {
				state[b] = 2;
				done.push(b);
				path.pop();
			} else if (state[l.to] === 1) {
				l.turned = l.to !== b;
			} else if (!state[l.to]) {
				meet(l.to);
			}
		}
	};
	boxes.forEach((b, i) => into[i] || walk(i));
	boxes.forEach((b, i) => walk(i));
	return { done, from, into };
}

function assignLayers(boxes, lines) {
	const { done, from, into } = turnLines(boxes, lines);

	for (const b of boxes)
		b.layer = 0;
	for (const b of done.reverse())
		for (const l of from[b])
			if (!l.turned && l.to !== b)
				boxes[l.to].layer = Math.max(boxes[l.to].layer, boxes[b].layer + 1);
	// What has no predecessor stands right before its first successor.
	boxes.forEach((b, i) => {
		if (!into[i] && from[i].length)
			b.layer = Math.max(0, Math.min(...from[i].map((l) => boxes[l.to].layer)) - 1);
	});
}

// Boxes, and marks where a line passes a layer; spans from layer to layer.
function makeMarks(boxes, lines) {
	const marks = boxes.map((b) => ({ box: b, width: b.width, height: b.height, layer: b.layer, met: b.met, left: [], right: [] }));
	const spans = [];
	const span = (left, right, line) => {
		const s = { left, right, line };

		left.right.push(s);
		right.left.push(s);
		spans.push(s);
	};

	for (const l of lines) {
		const left = l.turned ? l.to : l.from, right = l.turned ? l.from : l.to;
		let at = marks[left];

		if (left === right)
			continue;
		for (let layer = boxes[left].layer + 1; layer < boxes[right].layer; layer++) {
			const passing = { width: 0, height: 0, layer, met: at.met, left: [], right: [] };

			marks.push(passing);
			span(at, passing, l);
			at = passing;
		}
		span(at, marks[right], l);
	}
	return { marks, spans };
}

function orderLayers(layers) {
	const sort = (layer, wanted) => {
		layer.forEach((m) => { m.wanted = wanted(m); });
		layer.sort((a, b) => a.wanted - b.wanted || a.place - b.place);
		layer.forEach((m, i) => { m.place = i; });
	};
	const mean = (spans, side, m) => (spans.length ? spans.reduce((sum, s) => sum + s[side].place, 0) / spans.length : m.place);

	for (const layer of layers) {
		layer.forEach((m, i) => { m.place = i; });
		sort(layer, (m) => m.met);
	}
	for (let round = 0; round < ROUNDS; round++) {
		if (round % 2 === 0)
			for (let i = 1; i < layers.length; i++)
				sort(layers[i], (m) => mean(m.left, 'left', m));
		else
			for (let i = layers.length - 2; i >= 0; i--)
				sort(layers[i], (m) => mean(m.right, 'right', m));
	}
}

// Each as near to where it is wanted as order and distances allow: isotonic regression.
function settle(layer) {
	const pools = [];
	let offset = 0;

	layer.forEach((m, i) => {
		const before = layer[i - 1], own = m.box ? 1 : 2;

		if (i)
			offset += (before.height + m.height) / 2 + (before.box && m.box ? GAP_ACROSS : GAP_PASSING);
		m.offset = offset;
		pools.push({ sum: own * (m.wanted - offset), weight: own, marks: [m] });
		while (pools.length > 1) {
			const a = pools[pools.length - 2], b = pools[pools.length - 1];

			if (a.sum / a.weight <= b.sum / b.weight)
				break;
			a.sum += b.sum;
			a.weight += b.weight;
			a.marks.push(...b.marks);
			pools.pop();
		}
	});
	for (const p of pools)
		for (const m of p.marks)
			m.center = p.sum / p.weight + m.offset;
}

function settleAll(layers) {
	const mean = (m, left, right) => {
		const centers = [...(left ? m.left.map((s) => s.left.center) : []), ...(right ? m.right.map((s) => s.right.center) : [])];

		return centers.length ? centers.reduce((a, b) => a + b, 0) / centers.length : m.center;
	};

	for (const layer of layers) {
		layer.forEach((m) => { m.wanted = 0; });
		settle(layer);
	}
	for (let round = 0; round <= ROUNDS; round++)
		for (const layer of round % 2 ? [...layers].reverse() : layers) {
			layer.forEach((m) => { m.wanted = mean(m, round % 2 === 0 || round === ROUNDS, round % 2 || round === ROUNDS); });
			settle(layer);
		}
}

// Where each line leaves or meets its box: apart, in the order of the other ends.
function placePorts(marks, side, other) {
	for (const m of marks) {
		const spans = m[side].sort((a, b) => a[other].center - b[other].center || a.line.index - b.line.index);
		const room = Math.max(m.height - 2 * PORT, 0), step = spans.length > 1 ? Math.min(PORT, room / (spans.length - 1)) : 0;

		spans.forEach((s, i) => { s[side + 'Y'] = m.center + step * (i - (spans.length - 1) / 2); });
	}
}

// boxes: { width, height }; lines: { from, to }, indices of boxes. Sets x, y of boxes and points of lines: every two are a
// curve that begins and ends level. Returns the size of all.
function layOut(boxes, lines) {
	assignLayers(boxes, lines);
	lines.forEach((l, i) => { l.index = i; l.points = []; });
	const { marks, spans } = makeMarks(boxes, lines);
	const layers = [], columns = [];
	let top = Infinity, bottom = -Infinity, x = 0;

	for (const m of marks)
		(layers[m.layer] = layers[m.layer] || []).push(m);
	orderLayers(layers);
	settleAll(layers);
	for (const layer of layers) {
		const width = Math.max(...layer.map((m) => m.width));

		columns.push({ x, width });
		x += width + GAP_ALONG;
	}
	for (const m of marks) {
		top = Math.min(top, m.center - m.height / 2);
		bottom = Math.max(bottom, m.center + m.height / 2);
	}
	for (const m of marks) {
		m.center -= top;
		if (m.box) {
			m.box.x = columns[m.layer].x + (columns[m.layer].width - m.width) / 2;
			m.box.y = m.center - m.height / 2;
		}
	}
	placePorts(marks, 'right', 'right');
	placePorts(marks, 'left', 'left');
	for (const s of spans) {
		const a = s.left, b = s.right;

		s.line.points.push([a.box ? a.box.x + a.width : columns[a.layer].x + columns[a.layer].width, s.rightY],
			[b.box ? b.box.x : columns[b.layer].x, s.leftY]);
	}
	for (const l of lines)
		if (l.turned)
			l.points.reverse();
	return { width: boxes.length ? x - GAP_ALONG : 0, height: boxes.length ? bottom - top : 0 };
}
