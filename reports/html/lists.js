// SPDX-License-Identifier: MIT
// lists.js - the table of classes, sorted and sifted; and the findings, sifted.
'use strict';

const ROWS_SHOWN = 200;

// ---- classes ----

function columns(graph) {
	const number = (n) => n.toLocaleString('en');
	const list = [
		['name', 'Class', (c) => c.name, null, 'asc'],
		['kind', 'Kind', (c) => c.kind, null, 'asc'],
		['where', 'Where', (c) => c.where || c.detail, null, 'asc'],
		['findings', 'Finding', (c) => c.severity, (c) => (c.severity ? SEVERITIES[c.severity - 1] : '')],
		['cycle', 'On a cycle', (c) => (c.cyclic ? 1 : 0), (c) => (c.cyclic ? 'yes' : '')],
		['reclaim', 'Reclaim', (c) => c.shared, (c) => (c.domain ? 'domain' : c.shared ? 'shared' : '')],
		['from', 'Leads to', (c) => c.out.length, (c) => number(c.out.length)],
		['to', 'Reached from', (c) => c.in.length, (c) => number(c.in.length)],
		['processes', 'Processes', (c) => c.processes, (c) => (c.domain ? '' : number(c.processes))],
	];

	if (graph.counted)
		['acquired', 'contended', 'waited', 'held'].forEach((name, i) => list.push([name, name[0].toUpperCase() + name.slice(1),
			(c) => (c.stat ? c.stat[i] : -1), (c) => (!c.stat ? '' : i < 2 ? number(c.stat[i]) : c.stat[i] ? duration(c.stat[i]) : '-')]));
	return list.map(([id, title, value, text, first], i) => ({ id, title, value, text: text || value, first: first || 'desc', number: i > 5 }));
}

function sortedClasses(graph, state, column) {
	const only = { findings: (c) => c.severity > 0, cycle: (c) => c.cyclic, reclaim: (c) => c.shared || c.domain }[state.only] || (() => true);
	const list = search(graph, state.find).filter((c) => only(c) && (!state.kind || c.kind === state.kind));
	const order = (state.direction || column.first) === 'asc' ? 1 : -1;

	return [...list].sort((a, b) => {
		const x = column.value(a), y = column.value(b);

		return (typeof x === 'string' ? x.localeCompare(y, 'en') : x - y) * order || a.i - b.i;
	});
}

function classRow(c, list, go) {
	return make('tr', { 'data-class': c.key }, ...list.map((column) => {
		if (column.id === 'name')
			return make('td', { class: 'w' }, make('a', { class: 'class', href: '#' + writeState({ view: 'graph', class: c.key }) }, shortName(c.name, 60)));
		return make('td', { class: column.number ? 'n' : column.id === 'kind' ? 'w' : column.id === 'where' ? 'where' : null }, column.text(c));
	}));
}

function choice(label, name, words, state, go) {
	return make('select', { 'aria-label': label, onchange: (event) => go({ [name]: event.target.value }) },
		...words.map(([value, text]) => make('option', { value, selected: state[name] === value }, text)));
}

function showClasses(graph, state, go) {
	const list = columns(graph), column = list.find((c) => c.id === (state.sort || 'findings')) || list[0];
	const direction = state.direction || column.first, rows = sortedClasses(graph, state, column);
	const kinds = [...new Set(graph.classes.map((c) => c.kind))].sort();
	const body = make('tbody', {}, ...rows.slice(0, ROWS_SHOWN).map((c) => classRow(c, list, go)));
	const old = document.activeElement && document.activeElement.matches('#classlist input') ? document.activeElement.selectionStart : -1;
	const box = make('input', { type: 'search', placeholder: 'Filter classes', 'aria-label': 'Filter classes', value: state.find, 'data-key': '/',
		oninput: (event) => go({ find: event.target.value }, true) });
	const more = rows.length > ROWS_SHOWN ? make('button', { type: 'button', onclick: (event) => {
		body.append(...rows.slice(ROWS_SHOWN).map((c) => classRow(c, list, go)));
		event.target.remove();
	} }, `Show all ${rows.length.toLocaleString('en')}`) : null;

	fillWith(document.getElementById('classlist'),
		make('div', { class: 'bar' }, box, choice('Kind', 'kind', [['', 'all kinds'], ...kinds.map((k) => [k, k])], state, go),
			choice('Only', 'only', [['', 'all of them'], ['findings', 'in findings'], ['cycle', 'on cycles'], ['reclaim', 'reclaim-shared']], state, go),
			make('span', { class: 'dim', id: 'class-count' }, `${count(rows.length, 'class', 'classes')} of ${graph.classes.length.toLocaleString('en')}`)),
		make('div', { class: 'table' }, make('table', {}, make('thead', {}, make('tr', {}, ...list.map((c) => make('th',
			{ scope: 'col', class: c.number ? 'n' : null, 'aria-sort': c === column ? (direction === 'asc' ? 'ascending' : 'descending') : null },
			make('button', { type: 'button', 'data-sort': c.id, onclick: () => go({ sort: c.id,
				direction: c === column ? (direction === 'asc' ? 'desc' : 'asc') : '' }) },
			c.title + (c === column ? (direction === 'asc' ? ' \u25b4' : ' \u25be') : '')))))), body)),
		make('p', {}, more || ''));
	if (old >= 0) {
		box.focus();
		box.setSelectionRange(old, old);
	}
}

// ---- findings ----

function siftFindings(state) {
	const words = state.find.toLowerCase().split(/\s+/).filter((w) => w);
	const all = [...document.querySelectorAll('.finding')];
	let shown = 0;

	for (const f of all) {
		const text = words.length ? f.textContent.toLowerCase() : '';
		const good = !state.hide.has(f.dataset.severity) && !(state.hide.has('decided') && f.classList.contains('decided')) &&
			words.every((w) => text.includes(w));

		f.classList.toggle('hidden', !good);
		shown += good ? 1 : 0;
	}
	// The only one that is left is what was looked for.
	if (shown === 1 && words.length)
		all.find((f) => !f.classList.contains('hidden')).querySelector('details').open = true;
	return { shown, all: all.length };
}

function showFindings(state, go) {
	const all = document.querySelectorAll('.finding'), sift = document.getElementById('sift');
	const has = (selector) => document.querySelector('.finding' + selector);
	const { shown } = siftFindings(state);

	if (all.length < 2)
		return;
	if (!sift.firstChild) {
		const open = (yes) => document.querySelectorAll('.finding > details').forEach((d) => { d.open = yes; });

		fillWith(sift, make('div', { class: 'bar' },
			make('input', { type: 'search', placeholder: 'Filter findings: any word of them', 'aria-label': 'Filter findings', 'data-key': '/',
				oninput: (event) => go({ find: event.target.value }, true) }),
			make('span', { id: 'checks' }), make('span', { class: 'dim', id: 'finding-count' }),
			make('button', { type: 'button', onclick: () => open(true) }, 'Open all'),
			make('button', { type: 'button', onclick: () => open(false) }, 'Close all')));
	}
	const box = sift.querySelector('input[type=search]');

	if (box.value !== state.find)
		box.value = state.find;
	fillWith(document.getElementById('checks'), ...['error', 'warning', 'note'].filter((s) => has('.' + s)).map((s) => check(s + 's', s, state, go)),
		has('.decided') ? check('suppressed or known', 'decided', state, go) : null);
	document.getElementById('finding-count').textContent = `${shown} of ${all.length}`;
}
