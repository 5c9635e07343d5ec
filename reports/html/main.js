// SPDX-License-Identifier: MIT
// main.js - what is shown stands behind the '#' of the address, so that it can be passed on: #view=classes&find=inode,
// #class=KEY, #cycle=FINGERPRINT, #finding=FINGERPRINT.
'use strict';

const graph = readGraph(JSON.parse(document.getElementById('data').textContent));
const WORDS = ['view', 'class', 'cycle', 'edge', 'show', 'find', 'sort', 'direction', 'kind', 'only'];
let state;

// ---- the state, as text ----

function writeState(s) {
	const parts = WORDS.filter((w) => s[w]).map((w) => w + '=' + encodeURIComponent(s[w]));

	if (s.distance)
		parts.push('distance=' + s.distance);
	if (s.hide && s.hide.size)
		parts.push('hide=' + [...s.hide].map(encodeURIComponent).join(','));
	return parts.join('&');
}

function decoded(text) {
	try {
		return decodeURIComponent(text);
	} catch (e) {
		return text;
	}
}

function readState(hash) {
	const s = { view: '', class: '', cycle: '', edge: '', show: '', find: '', sort: '', direction: '', kind: '', only: '', distance: 0, hide: new Set() };
	const text = hash.replace(/^#/, '');

	if (text && !text.includes('=')) {
		const target = document.getElementById(text);

		s.view = target ? (target.closest('main > section') || { id: '' }).id : '';
		s.target = target;
		return s;
	}
	for (const part of text.split('&')) {
		const at = part.indexOf('='), name = part.slice(0, at), value = part.slice(at + 1);

		if (WORDS.includes(name))
			s[name] = decoded(value);
		else if (name === 'distance')
			s.distance = Math.min(Math.max(Number(value) || 0, 0), 4);
		else if (name === 'hide')
			s.hide = new Set(value.split(',').filter((v) => v).map(decoded));
		else if (name === 'finding')
			s.target = document.getElementById('f-' + decoded(value));
	}
	if (s.target)
		s.view = 'findings';
	else if (!s.view && (s.class || s.cycle || s.edge))
		s.view = 'graph';
	return s;
}

// ---- what follows of it ----

function go(changes, quietly) {
	const next = { ...state, ...changes, target: null };
	const url = '#' + writeState(next);

	if (changes.class || changes.cycle)
		next.edge = changes.edge || '';
	if (changes.class && next.cycle && !('cycle' in changes))
		next.cycle = '';
	history[quietly ? 'replaceState' : 'pushState'](null, '', '#' + writeState(next) || url);
	state = next;
	show();
}

function sections() {
	return [...document.querySelectorAll('main > section')];
}

function show() {
	const views = sections().map((s) => s.id), view = views.includes(state.view) ? state.view : views[0];

	state.view = view;
	for (const s of sections())
		s.classList.toggle('shown', s.id === view);
	for (const a of document.querySelectorAll('nav a'))
		if (a.getAttribute('href') === '#' + view)
			a.setAttribute('aria-current', 'page');
		else
			a.removeAttribute('aria-current');
	if (view === 'findings')
		showFindings(state, go);
	else if (view === 'graph')
		showGraph(graph, state, go);
	else if (view === 'classes')
		showClasses(graph, state, go);
	if (state.target) {
		const details = state.target.querySelector('details');

		if (details)
			details.open = true;
		state.target.scrollIntoView();
	}
	document.documentElement.dataset.view = view;
}

function badges() {
	const counts = { '#findings': document.querySelectorAll('.finding').length, '#classes': graph.classes.length,
		'#processes': document.querySelectorAll('.process').length };

	for (const a of document.querySelectorAll('nav a')) {
		const n = counts[a.getAttribute('href')];

		if (n)
			a.append(' ', make('span', { class: 'badge' }, n.toLocaleString('en')));
	}
}

// A key presses what has it for its own, unless somebody types.
function onKey(event) {
	const typing = event.target.matches('input[type=search], select');

	if (event.ctrlKey || event.metaKey || event.altKey || (typing && event.key !== 'Escape'))
		return;
	if (typing) {
		event.target.blur();
		return;
	}
	const target = [...document.querySelectorAll('.shown [data-key]')].find((e) => e.dataset.key === event.key);

	if (!target)
		return;
	event.preventDefault();
	if (target.matches('input'))
		target.focus();
	else
		target.click();
}

function follow() {
	state = readState(location.hash);
	show();
}

document.documentElement.classList.add('js');
badges();
follow();
addEventListener('hashchange', follow);
addEventListener('popstate', follow);
addEventListener('keydown', onKey);
// On paper nothing can be opened.
addEventListener('beforeprint', () => document.querySelectorAll('.finding > details').forEach((d) => { d.open = true; }));
