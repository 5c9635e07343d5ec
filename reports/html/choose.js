// SPDX-License-Identifier: MIT
// choose.js - what of the graph is drawn: never all of a big one, but what is near, or on a cycle.
'use strict';

const BOXES_MAX = 60, LINES_MAX = 160;

// Does the reader of the page want to see such a dependency?
function passes(state, e) {
	return !(state.hide.has('writers') && !e.reader && !e.reclaim) && !(state.hide.has('readers') && e.reader) &&
		!(state.hide.has('reclaim') && e.reclaim) && !(state.hide.has('safe') && !e.cyclic) &&
		!state.hide.has('kind:' + e.from.kind) && !state.hide.has('kind:' + e.to.kind);
}

// What is near the classes, nearest and weightiest first, as far as it can be drawn.
function near(state, starts, distance, most) {
	const depth = new Map(starts.map((c) => [c, 0])), edges = new Set();
	let ring = starts, left = 0;

	for (let d = 0; d < distance && ring.length; d++) {
		const met = new Map();

		for (const c of ring)
			for (const e of [...c.out, ...c.in]) {
				const other = e.from === c ? e.to : e.from;

				if (passes(state, e) && !depth.has(other))
					met.set(other, Math.max(met.get(other) || 0, e.severity * 4 + (e.cyclic ? 2 : 0) + (e.reclaim ? 1 : 0)));
			}
		const order = [...met.keys()].sort((a, b) => met.get(b) - met.get(a) || b.severity - a.severity ||
			b.in.length + b.out.length - a.in.length - a.out.length || a.i - b.i);

		ring = order.slice(0, Math.max(0, most - depth.size));
		left += order.length - ring.length;
		for (const c of ring)
			depth.set(c, d + 1);
	}
	for (const [c, d] of depth)
		for (const e of c.out)
			if (passes(state, e) && depth.has(e.to) && (d < distance || depth.get(e.to) < distance || starts.length > 1))
				edges.add(e);
	return { classes: [...depth.keys()], edges: [...edges], left };
}

function ends(edges) {
	return [...new Set(edges.flatMap((e) => [e.from, e.to]))];
}

// The parts of the graph that can be asked for as wholes.
const PARTS = [
	['findings', 'the cycles of errors and warnings', (e) => e.severity > 1],
	['cycles', 'what lies on cycles', (e) => e.cyclic],
	['reclaim', 'what reclaim can come to take', (e) => (e.from.domain || e.from.shared) && (e.to.shared || e.to.domain)],
	['all', 'the whole graph', () => true],
];

function partOf(graph, state, [name, title, has]) {
	const edges = graph.edges.filter((e) => has(e) && passes(state, e)), classes = ends(edges);

	return { name, title: title[0].toUpperCase() + title.slice(1), edges, classes, left: 0, ofAll: name !== 'all',
		fits: edges.length <= LINES_MAX && classes.length <= BOXES_MAX };
}

// Where no class was asked for: a part, if it can be taken in; else what matters most.
function overview(graph, state) {
	const parts = PARTS.map((p) => partOf(graph, state, p)).filter((p) => p.edges.length);
	const asked = parts.find((p) => p.name === state.show);

	if (asked && !asked.fits)
		return { ...asked, title: asked.title + ': too much to draw at once', classes: [], edges: [], tooMany: asked.edges.length };
	const part = asked || parts.find((p) => p.fits && (p.name !== 'reclaim'));

	if (part)
		return part;
	const start = graph.classes.find((c) => c.domain && c.in.length + c.out.length) ||
		graph.classes.reduce((a, b) => (b.in.length + b.out.length > a.in.length + a.out.length ? b : a), graph.classes[0]);

	if (!start)
		return { title: 'The graph is empty', classes: [], edges: [], left: 0 };
	return { title: 'Around ' + start.name, start, ...near(state, [start], 1, BOXES_MAX / 2), ofAll: true };
}

// { title, classes, edges, left (what was near, and is not shown), start }
function choose(graph, state) {
	const finding = state.cycle && graph.byFingerprint.get(state.cycle);
	const start = state.class && graph.byKey.get(state.class);

	if (state.cycle && !finding)
		return { title: 'No finding has the fingerprint ' + state.cycle, classes: [], edges: [], left: 0 };
	if (finding && !finding.edges.length)
		return { title: finding.title + ': it is no cycle of the graph', classes: [], edges: [], left: 0 };
	if (finding) {
		const distance = state.distance || 0, part = distance ? near(state, ends(finding.edges), distance, BOXES_MAX) : null;
		const edges = part ? [...new Set([...finding.edges, ...part.edges])] : finding.edges;

		return { title: finding.title, finding, edges, classes: [...new Set([...ends(finding.edges), ...(part ? part.classes : [])])],
			left: part ? part.left : 0 };
	}
	if (state.class && !start)
		return { title: 'No class is called ' + state.class, classes: [], edges: [], left: 0 };
	if (start)
		return { title: 'Around ' + start.name, start, ...near(state, [start], state.distance || 1, BOXES_MAX) };
	return overview(graph, state);
}

// Classes by name, kind, detail or place: all words must stand somewhere. Weightiest first.
function search(graph, words) {
	const wanted = words.toLowerCase().split(/\s+/).filter((w) => w);

	if (!wanted.length)
		return graph.classes;
	return graph.classes.filter((c) => {
		const text = (c.name + ' ' + c.key + ' ' + c.kind + ' ' + c.detail + ' ' + c.where).toLowerCase();

		return wanted.every((w) => text.includes(w));
	});
}
