// SPDX-License-Identifier: MIT
// draw.js - the chosen part of the graph as SVG, in the style of svg.c.
'use strict';

const CHARACTER = 7.25, INSIDE = 10, BOX_HEIGHT = 28, NAME_MAX = 34, MARGIN = 16;

function shortName(name, most) {
	const letters = [...name], front = Math.floor(most / 2);

	return letters.length <= most ? name : letters.slice(0, front).join('') + '\u2026' + letters.slice(front + 1 - most).join('');
}

function lineStyle(e) {
	return (e.reclaim ? 'reclaim ' : '') + (e.reader ? 'reader ' : '') + (e.severity > 1 ? 'sev' + e.severity : 'plain');
}

function curve(points) {
	const last = points.length - 1, back = points[last][0] > points[last - 1][0] ? -7 : 7;
	let d = 'M' + points[0].map((v) => v.toFixed(1)).join(' ');

	for (let i = 0; i < last; i++) {
		const [x, y] = points[i], to = points[i + 1][0] + (i + 1 === last ? back * 0.8 : 0), half = (to - x) / 2, down = points[i + 1][1];

		d += i % 2 ? `L${to.toFixed(1)} ${down.toFixed(1)}`
			: `C${(x + half).toFixed(1)} ${y.toFixed(1)} ${(to - half).toFixed(1)} ${down.toFixed(1)} ${to.toFixed(1)} ${down.toFixed(1)}`;
	}
	return { d, head: `M${points[last][0].toFixed(1)} ${points[last][1].toFixed(1)}l${back} -4v8z` };
}

function loop(box) {
	const x = box.x + box.width - 16, y = box.y;

	return { d: `M${x - 4} ${y}c0 -14 12 -14 12 -6`, head: `M${x + 8} ${y}l-4 -7h8z` };
}

// What is pressed like a button, by mouse or key.
function pressable(label, act) {
	return { tabindex: 0, role: 'button', 'aria-label': label, onclick: act,
		onkeydown: (event) => {
			if (event.key !== 'Enter' && event.key !== ' ')
				return;
			event.preventDefault();
			act(event);
		} };
}

function drawLine(e, shape, picked, act) {
	const words = modeWords(e.modes), label = e.from.name + ' -> ' + e.to.name + (words ? ', ' + words : '');

	return make('svg:g', { class: 'line ' + lineStyle(e) + (picked ? ' picked' : ''), 'data-edge': e.i, ...pressable(label, act) },
		make('svg:title', {}, label), make('svg:path', { class: 'wide', d: shape.d }), make('svg:path', { class: 'e', d: shape.d }),
		make('svg:path', { class: 'h', d: shape.head }));
}

function drawBox(c, box, picked, act) {
	const { x, y, width } = box, h = BOX_HEIGHT;
	const shape = c.domain
		? make('svg:path', { class: 'b', d: `M${x} ${y + h / 2}l8 ${-h / 2}h${width - 16}l8 ${h / 2}l-8 ${h / 2}h${16 - width}z` })
		: make('svg:rect', { class: 'b', x, y, width, height: h, rx: 5 });

	return make('svg:g', { class: 'box ' + (c.domain ? 'domain' : c.odd ? 'odd' : 'lock') + (picked ? ' picked' : ''), 'data-class': c.key,
		...pressable(c.name, act) },
	make('svg:title', {}, c.name + (c.domain ? '' : ' (' + c.kind + (c.detail ? '; ' + c.detail : '') + ')')), shape,
	make('svg:text', { x: x + width / 2, y: y + h / 2 + 4, 'text-anchor': 'middle' }, shortName(c.name, NAME_MAX)));
}

// picked: { class, edge } or less of it; act: { class(c), edge(e) }.
function draw(part, picked, act) {
	const index = new Map(part.classes.map((c, i) => [c, i]));
	const boxes = part.classes.map((c) => ({ width: Math.min([...c.name].length, NAME_MAX) * CHARACTER + 2 * INSIDE, height: BOX_HEIGHT }));
	const lines = part.edges.map((e) => ({ from: index.get(e.from), to: index.get(e.to) }));
	const size = layOut(boxes, lines);
	const width = Math.ceil(size.width + 2 * MARGIN), height = Math.ceil(size.height + 2 * MARGIN);
	const all = make('svg:g', { transform: `translate(${MARGIN} ${MARGIN})` });

	part.edges.forEach((e, i) => {
		const shape = lines[i].points.length ? curve(lines[i].points) : loop(boxes[lines[i].from]);

		all.append(drawLine(e, shape, picked.edge === e, () => act.edge(e)));
	});
	part.classes.forEach((c, i) => all.append(drawBox(c, boxes[i], picked.class === c, () => act.class(c))));
	return make('svg:svg', { class: 'd', viewBox: `0 0 ${width} ${height}`, width, height, role: 'group', 'aria-label': part.title }, all);
}

function legend() {
	const rows = [['plain', 'acquired while held'], ['reader', 'a side as a reader'], ['reclaim', 'into or out of reclaim'],
		['sev3', "in an error's cycle"], ['sev2', "in a warning's"]];

	return make('div', { class: 'legend' }, ...rows.map(([style, words]) => make('span', {},
		make('svg:svg', { class: 'd', width: 40, height: 12, 'aria-hidden': 'true' }, make('svg:g', { class: style },
			make('svg:path', { class: 'e', d: 'M0 6H33' }), make('svg:path', { class: 'h', d: 'M40 6l-7 -4v8z' }))), words)));
}
