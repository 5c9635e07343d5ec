// SPDX-License-Identifier: MIT
// graph.js - the view of the graph: what to choose from, the drawing, and what is known of what was picked.
'use strict';

const NAMES_SHOWN = 100, DEPS_SHOWN = 60;

function stackList(graph, i) {
	const frames = graph.stack(i);

	if (!frames.length)
		return make('p', { class: 'dim' }, '(no stack was kept)');
	return make('ol', { class: 'stack' }, ...frames.map(([fn, at, module]) => make('li', {}, make('span', { class: 'fn' }, fn), ' ',
		at ? make('span', { class: 'at' }, at) : '', ' ', make('span', { class: 'dim' }, module))));
}

// ---- facts about what was picked ----

function depList(graph, edges, side, go) {
	const list = [...edges].sort((a, b) => b.severity - a.severity || (b.cyclic ? 1 : 0) - (a.cyclic ? 1 : 0) || a.i - b.i);
	const more = list.length - DEPS_SHOWN;

	return make('ul', { class: 'deps' }, ...list.slice(0, DEPS_SHOWN).map((e) => make('li', {},
		make('button', { type: 'button', class: 'fn', onclick: () => go({ class: e[side].key }) }, e[side].name), ' ',
		make('button', { type: 'button', onclick: () => go({ edge: String(e.i) }), 'aria-label': 'Stacks of ' + e.from.name + ' -> ' + e.to.name },
			'stacks'), ' ',
		make('span', { class: 'dim' }, [modeWords(e.modes), e.told ? 'as the program says' : '', e.severity > 1 ? 'in a finding' : e.cyclic ? 'on a cycle' : '']
			.filter((w) => w).join('; ')))),
	more > 0 ? make('li', { class: 'dim' }, `and ${count(more, 'more', 'more')}`) : null);
}

function wayTo(graph, c, go) {
	const parts = [];

	for (const domain of graph.classes.filter((d) => d.domain && d !== c)) {
		const way = c.shared ? wayFrom(domain, c) : null;

		if (!way)
			continue;
		parts.push(make('p', { class: 'said' }, make('span', { class: 'reclaim-text' }, domain.name), ' can come to take it:'),
			stepList(way, go));
	}
	return parts.length ? [make('h4', {}, 'Shared with reclaim'), ...parts] : [];
}

function duration(ns) {
	const units = [[1e9, 's'], [1e6, 'ms'], [1e3, 'us']];
	const unit = units.find(([size]) => ns >= size);

	return unit ? (ns / unit[0]).toPrecision(3) + ' ' + unit[1] : ns + ' ns';
}

function classFacts(graph, c, go) {
	const findings = graph.findings.filter((f) => f.edges.some((e) => e.from === c || e.to === c));

	return [
		make('h3', {}, c.name),
		make('p', {}, c.kind + (c.detail ? '; ' + c.detail : '') + (c.domain ? '' : '; in ' + count(c.processes, 'process', 'processes'))),
		c.where && !c.detail.includes(c.where) ? make('p', { class: 'dim' }, 'from ' + c.where) : null,
		c.stat ? make('p', {}, `${c.stat[0].toLocaleString('en')} acquisitions, ${c.stat[1].toLocaleString('en')} contended; waited ${duration(c.stat[2])}, held ${duration(c.stat[3])}`) : null,
		...(findings.length ? [make('h4', {}, 'Findings'), findingList(findings, go)] : []),
		...wayTo(graph, c, go),
		make('h4', {}, `Acquired while it was held (${c.out.length.toLocaleString('en')})`), depList(graph, c.out, 'to', go),
		make('h4', {}, `Held while it was acquired (${c.in.length.toLocaleString('en')})`), depList(graph, c.in, 'from', go),
	];
}

function findingList(findings, go) {
	return make('ul', { class: 'deps' }, ...findings.slice(0, DEPS_SHOWN).map((f) => make('li', {},
		make('button', { type: 'button', onclick: () => go({ cycle: f.fingerprint, class: '' }) }, f.title), ' ',
		make('span', { class: 'dim' }, f.kind + ', ' + f.verdict))));
}

// Steps of a way or of a cycle: each leads to its stacks.
function stepList(edges, go) {
	return make('ol', { class: 'way' }, ...edges.map((e) => make('li', {},
		make('button', { type: 'button', onclick: () => go({ edge: String(e.i) }) }, e.from.name + ' -> ' + e.to.name))));
}

function findingFacts(f, go) {
	return [
		make('h3', {}, f.title),
		make('p', {}, [SEVERITIES[f.severity], f.kind, f.verdict, f.stands ? '' : 'suppressed or known'].filter((w) => w).join(', ')),
		document.getElementById('f-' + f.fingerprint) ? make('p', {}, make('a', { href: '#finding=' + f.fingerprint }, 'All of the finding')) : null,
		make('h4', {}, 'Its dependencies'), stepList(f.edges, go),
	];
}

function edgeFacts(graph, e, go) {
	const finding = graph.byNumber.get(e.finding);

	return [
		make('h3', {}, e.from.name + ' -> ' + e.to.name),
		make('p', {}, make('button', { type: 'button', onclick: () => go({ class: e.from.key }) }, 'Around ' + shortName(e.from.name, 20)), ' ',
			make('button', { type: 'button', onclick: () => go({ class: e.to.key }) }, 'Around ' + shortName(e.to.name, 20))),
		make('p', {}, [count(e.count, 'occurrence') + ' kept', modeWords(e.modes), e.cyclic ? 'on a cycle that counts' : 'on no cycle that counts']
			.filter((w) => w).join('; ')),
		finding ? findingList([finding], go) : null,
		make('h4', {}, e.told ? e.thread + ' tells that reclaim may take it' : e.thread + ' acquired ' + e.to.name + e.words),
		stackList(graph, e.taken),
		...(e.told ? [] : [make('h4', {}, 'while it held ' + e.from.name + ', ' + e.heldWords), stackList(graph, e.held)]),
	];
}

function partFacts(graph, part, go) {
	const findings = graph.findings.filter((f) => f.edges.length);
	const shared = graph.classes.filter((c) => c.shared && !c.domain).length;

	return [
		make('h3', {}, 'The graph'),
		make('p', {}, `${count(graph.classes.length, 'class', 'classes')}, ${count(graph.edges.length, 'dependency', 'dependencies')}; ` +
			`${count(graph.classes.filter((c) => c.cyclic).length, 'class', 'classes')} on cycles, ${shared.toLocaleString('en')} shared with reclaim.`),
		graph.left[0] + graph.left[1] ? make('p', {}, `Not in this page, which would be too big: ${count(graph.left[0], 'class', 'classes')} and ` +
			`${count(graph.left[1], 'dependency', 'dependencies')}, of those that matter least. reclaimdep graph --around shows any.`) : null,
		graph.cut ? make('p', { class: 'dim' }, `Of ${count(graph.cut, 'stack')} only the innermost frame is in this page: it would be too big.`) : null,
		...(findings.length ? [make('h4', {}, 'Cycles of findings'), findingList(findings, go)] : []),
		make('h4', {}, 'Keys'),
		make('p', { class: 'dim' }, '/ searches; Tab walks over classes and dependencies, Enter picks; Escape goes back to all; + and - draw bigger and smaller.'),
	];
}

// ---- what to choose from ----

function nameList(graph, state, go) {
	const found = search(graph, state.find).filter((c) => !state.hide.has('kind:' + c.kind));
	const list = [...found].sort((a, b) => b.severity - a.severity || b.in.length + b.out.length - a.in.length - a.out.length || a.i - b.i);

	return [
		make('p', { class: 'said', 'data-count': found.length },
			state.find ? `${count(found.length, 'class', 'classes')} of ${graph.classes.length.toLocaleString('en')}` : 'Those of findings first, then the most connected'),
		make('ul', { class: 'names' }, ...list.slice(0, NAMES_SHOWN).map((c) => make('li', {},
			make('button', { type: 'button', class: c.severity > 1 ? 'e' + c.severity : null, 'aria-current': state.class === c.key ? 'true' : null,
				title: c.kind + (c.detail ? '; ' + c.detail : ''), onclick: () => go({ class: c.key, cycle: '', edge: '' }) }, c.name)))),
		list.length > NAMES_SHOWN ? make('p', { class: 'said' }, `and ${count(list.length - NAMES_SHOWN, 'more', 'more')}: search`) : null,
	];
}

function check(label, name, state, go) {
	return make('label', {}, make('input', { type: 'checkbox', checked: !state.hide.has(name), 'data-hide': name,
		onchange: (event) => {
			const hide = new Set(state.hide);

			if (event.target.checked)
				hide.delete(name);
			else
				hide.add(name);
			go({ hide });
		} }), label);
}

function picker(graph, state, go) {
	const kinds = [...new Set(graph.classes.map((c) => c.kind))];
	const box = make('input', { type: 'search', placeholder: 'Search classes', 'aria-label': 'Search classes', value: state.find, 'data-key': '/',
		oninput: (event) => go({ find: event.target.value }, true) });

	return [
		box, ...nameList(graph, state, go),
		make('fieldset', {}, make('legend', {}, 'Dependencies'), check('of writers', 'writers', state, go), check('of readers', 'readers', state, go),
			check('with reclaim', 'reclaim', state, go), check('on no cycle', 'safe', state, go)),
		kinds.length > 1 ? make('fieldset', {}, make('legend', {}, 'Classes'), ...kinds.map((k) => check(k, 'kind:' + k, state, go))) : null,
	];
}

// ---- the view ----

function toolbar(state, part, view, go) {
	const distance = part.finding ? [0, 1, 2] : [1, 2, 3, 4];
	const chosen = state.distance || (part.finding ? 0 : 1);

	return make('div', { class: 'bar' },
		state.class || state.cycle ? null : choice('Show', 'show', [['', 'what matters most'], ...PARTS.map(([name, words]) => [name, words])], state, go),
		part.start || part.finding ? make('label', {}, 'Distance ', make('select', { 'aria-label': 'Distance',
			onchange: (event) => go({ distance: Number(event.target.value) }) },
		...distance.map((d) => make('option', { value: d, selected: d === chosen }, d)))) : null,
		state.class || state.cycle || state.edge ? make('button', { type: 'button', 'data-key': 'Escape', onclick: () => go({ class: '', cycle: '', edge: '', distance: 0 }) }, 'Show all') : null,
		make('button', { type: 'button', 'aria-label': 'Bigger', 'data-key': '+', onclick: () => view.zoom(1.25) }, '+'),
		make('button', { type: 'button', 'aria-label': 'Smaller', 'data-key': '-', onclick: () => view.zoom(0.8) }, '\u2212'),
		make('button', { type: 'button', onclick: () => view.fit() }, 'Fit'));
}

function partWords(graph, part) {
	const words = [`${count(part.classes.length, 'class', 'classes')}, ${count(part.edges.length, 'dependency', 'dependencies')}`];

	if (part.tooMany)
		return `${count(part.tooMany, 'dependency', 'dependencies')} are too many for one drawing: search, pick a name, or hide some kinds`;
	if (part.left)
		words.push(`${count(part.left, 'class', 'classes')} farther off or less weighty not shown`);
	if (part.ofAll)
		words.push(`of ${count(graph.classes.length, 'class', 'classes')} and ${count(graph.edges.length, 'dependency', 'dependencies')} in all: search, or pick a name`);
	return words.join('; ');
}

// One drawing, which is zoomed by its size.
function canvas(svg) {
	const width = Number(svg.getAttribute('width')), height = Number(svg.getAttribute('height'));
	const element = make('div', { class: 'canvas', tabindex: 0, 'aria-label': 'Drawing' }, svg);
	let scale = 1;
	const view = {
		element,
		zoom(by) {
			scale = Math.min(Math.max(scale * by, 0.15), 4);
			svg.setAttribute('width', width * scale);
			svg.setAttribute('height', height * scale);
		},
		fit() {
			view.zoom(Math.min(element.clientWidth / width, 1) / scale || 1);
		},
		start() {
			if (element.clientWidth && width > element.clientWidth)
				view.zoom(Math.max(element.clientWidth / width, 0.8) / scale);
			const picked = svg.querySelector('.picked');

			if (picked && picked.scrollIntoView && svg.getBoundingClientRect().width > element.clientWidth)
				element.scrollLeft = picked.getBoundingClientRect().x - element.getBoundingClientRect().x - element.clientWidth / 2;
		},
	};
	return view;
}

function showGraph(graph, state, go) {
	const edge = graph.edges[state.edge] || null;
	let part = choose(graph, state);

	// What was picked from a list need not be in the drawing yet.
	if (edge && !part.edges.includes(edge))
		part = { title: edge.from.name + ' -> ' + edge.to.name, ...near({ hide: new Set() }, [...new Set([edge.from, edge.to])], 1, BOXES_MAX / 2) };
	const picked = { class: state.class ? part.start : null, edge };
	const svg = draw(part, picked, { class: (c) => go({ class: c.key, cycle: '', edge: '' }), edge: (e) => go({ edge: String(e.i) }) });
	const view = canvas(svg), old = document.activeElement && document.activeElement.matches('.picker input[type=search]') ? document.activeElement.selectionStart : -1;
	const facts = edge ? edgeFacts(graph, edge, go) : part.finding ? findingFacts(part.finding, go)
		: part.start && state.class ? classFacts(graph, part.start, go) : partFacts(graph, part, go);
	const explore = make('div', { class: 'explore' },
		make('div', { class: 'pane side picker' }, ...picker(graph, state, go).filter((c) => c)),
		make('div', { class: 'pane' }, make('h3', { id: 'shown' }, part.title), toolbar(state, part, view, go), view.element,
			make('p', { class: 'said', id: 'shown-words' }, partWords(graph, part)), legend()),
		make('div', { class: 'pane side facts', 'aria-live': 'polite' }, ...facts.filter((c) => c)));

	fillWith(document.getElementById('explore'), explore);
	if (old >= 0) {
		const box = explore.querySelector('input[type=search]');

		box.focus();
		box.setSelectionRange(old, old);
	}
	view.start();
}
