// SPDX-License-Identifier: MIT
// data.js - the graph as objects, of the rows that html_data.c writes; and elements of the page.
'use strict';

const HELD_AS_READER = 2, TAKEN_AS_READER = 8;
const TYPE_EN = 1, TYPE_ER = 2, TYPE_SN = 4, TYPE_SR = 8;
const SEVERITIES = ['note', 'warning', 'error'];

// { classes, edges, findings, byKey, stack(i), counted; cut, left: what the page has not }
function readGraph(raw) {
	const text = (i) => raw.texts[i];
	const graph = { cut: raw.cut, left: raw.left, byKey: new Map(), byFingerprint: new Map(), counted: false };

	graph.classes = raw.classes.map((r, i) => ({
		i, name: r[0], key: r[1] || r[0], kind: text(r[2]), detail: text(r[3]), where: text(r[4]),
		domain: !!(r[5] & 1), odd: !!(r[5] & 14), cyclic: !!(r[5] & 16), shared: r[6], severity: r[7],
		processes: r[8], stat: r[9], out: [], in: [],
	}));
	graph.edges = raw.edges.map((r, i) => ({
		i, from: graph.classes[r[0]], to: graph.classes[r[1]], types: r[2], modes: r[3], alloc: !!(r[4] & 1),
		told: !!(r[4] & 2), cyclic: !!(r[4] & 4), inherited: !!(r[4] & 16), severity: r[5], finding: r[6],
		count: r[7], held: r[8], heldWords: text(r[9]), taken: r[10], thread: text(r[11]), words: text(r[12]),
		reader: !!(r[3] & (HELD_AS_READER | TAKEN_AS_READER)),
		reclaim: graph.classes[r[0]].domain || graph.classes[r[1]].domain,
	}));
	for (const e of graph.edges) {
		e.from.out.push(e);
		e.to.in.push(e);
	}
	graph.findings = raw.findings.map((r) => ({
		number: r[0], fingerprint: r[1], kind: r[2], verdict: r[3], severity: r[4], title: r[5], stands: !!r[6],
		edges: r[7].map((i) => graph.edges[i]),
	}));
	for (const c of graph.classes) {
		if (!graph.byKey.has(c.key))
			graph.byKey.set(c.key, c);
		graph.counted = graph.counted || c.stat !== 0;
	}
	for (const c of graph.classes)
		if (!graph.byKey.has(c.name))
			graph.byKey.set(c.name, c);
	for (const f of graph.findings)
		graph.byFingerprint.set(f.fingerprint, f);
	graph.byNumber = new Map(graph.findings.map((f) => [f.number, f]));
	graph.stack = (i) => raw.stacks[i].map((k) => raw.frames[k].map(text));
	return graph;
}

function modeWords(modes) {
	const side = (m) => (m === 3 ? 'as a writer or as a reader' : m === 2 ? 'as a reader' : '');
	const held = side(modes & 3), taken = side(modes >> 2 & 3);

	return [held && 'held ' + held, taken && 'acquired ' + taken].filter((w) => w).join(', ');
}

// The steps of a shortest way from a domain to the class: edges; null when there is none. As cycles.c finds it:
// who arrived as a recursive reader goes on only by what was held exclusively.
function wayFrom(domain, to) {
	const seen = new Map(), queue = [[domain, 0]];
	const id = (c, way) => c.i * 2 + way;

	seen.set(id(domain, 0), null);
	for (let head = 0; head < queue.length; head++) {
		const [c, way] = queue[head];

		if (c === to && head) {
			const steps = [];

			for (let at = seen.get(id(c, way)); at; at = seen.get(at.before))
				steps.unshift(at.edge);
			return steps;
		}
		for (const e of c.out) {
			const types = way ? e.types & (TYPE_EN | TYPE_ER) : e.types;
			const next = types & (TYPE_EN | TYPE_SN) ? 0 : 1;

			if (!types || seen.has(id(e.to, 0)) || seen.has(id(e.to, next)))
				continue;
			seen.set(id(e.to, next), { edge: e, before: id(c, way) });
			queue.push([e.to, next]);
		}
	}
	return null;
}

// ---- elements ----

// An element of HTML, or of SVG for a name that begins with "svg:". Texts are texts, never markup.
function make(name, attributes, ...children) {
	const svg = name.startsWith('svg:');
	const element = svg ? document.createElementNS('http://www.w3.org/2000/svg', name.slice(4)) : document.createElement(name);

	for (const [key, value] of Object.entries(attributes || {})) {
		if (key.startsWith('on'))
			element.addEventListener(key.slice(2), value);
		else if (value !== false && value !== null && value !== undefined)
			element.setAttribute(key, value === true ? '' : value);
	}
	element.append(...children.filter((c) => c !== null && c !== undefined && c !== ''));
	return element;
}

function fillWith(element, ...children) {
	element.replaceChildren(...children.filter((c) => c !== null && c !== undefined && c !== ''));
	return element;
}

function count(n, one, many) {
	return n.toLocaleString('en') + ' ' + (n === 1 ? one : many || one + 's');
}
